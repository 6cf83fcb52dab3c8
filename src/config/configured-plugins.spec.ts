import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfiguredPlugins } from './configured-plugins.ts';
import { loadConfig, type LoadedConfig } from './load-config.ts';

const fixtures = fileURLToPath(new URL('../../test/fixtures/plugins/', import.meta.url));

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-plugins-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

function load(text: string, env: Record<string, string> = {}): LoadedConfig {
  writeFileSync(join(dir, 's.yaml'), text);
  return loadConfig({ file: 's.yaml', cwd: dirname(join(dir, 's.yaml')), env });
}

const heartbeat = join(fixtures, 'heartbeat/index.ts');

describe('loadConfiguredPlugins', () => {
  it('makes numbers of texts from the environment where the plugin wants them', async () => {
    const text = `plugins:\n  - use: ${heartbeat}\n    settings: { everyMs: "\${env:BEAT}" }\n`;
    const [loaded] = await loadConfiguredPlugins(load(text, { BEAT: '250' }));
    expect(loaded?.plugin.name).toBe('heartbeat');
    expect(loaded?.settings).toEqual({ everyMs: 250 });
  });

  it('places settings that do not fit', async () => {
    const text = `plugins:\n  - use: ${heartbeat}\n    settings: { everyMs: -1 }\n`;
    await expect(loadConfiguredPlugins(load(text))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 's.yaml:3:26 plugins[0].settings.everyMs: must be more than 0, got -1',
    });
  });

  it('places a plugin that is not there', async () => {
    await expect(loadConfiguredPlugins(load('plugins:\n  - ./gone.ts\n'))).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringMatching(/^s\.yaml:2:5 plugins\[0\]: plugin \.\/gone\.ts: there is no /),
    });
  });
});
