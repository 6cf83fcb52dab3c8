import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { loadPlugins } from '../../src/kernel/plugins/plugin-loader.ts';
import { leakedTimers } from '../fixtures/plugins/bad/leaks-timer/index.ts';
import { describePlugin, importPlugin, rules } from './plugin-conformance.ts';

const root = join(import.meta.dirname, '../..');
const fixtures = join(root, 'test/fixtures/plugins');

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

const builtins = foldersIn(join(root, 'plugins'));

for (const name of builtins) describePlugin(join(root, 'plugins', name));
for (const name of foldersIn(fixtures).filter((name) => name !== 'bad')) describePlugin(join(fixtures, name));

describe('the conformance suite finds', () => {
  const check = async (rule: keyof typeof rules, fixture: string): Promise<void> => {
    const folder = join(fixtures, 'bad', fixture);
    await rules[rule].check({ folder, plugin: await importPlugin(folder) });
  };

  afterEach(() => {
    leakedTimers.forEach(clearInterval);
  });

  it.each<[string, keyof typeof rules, string, string]>([
    ['a missing README.md', 'readme', 'wrong-api', 'README.md is missing'],
    ['a name that is not that of the folder', 'name', 'heartbeat-again', 'it is called heartbeat'],
    ['a plugin for another plugin contract', 'contract', 'wrong-api', '"^7.0.0" does not include 1.0.0'],
    ['settings that JSON Schema cannot describe', 'schemas', 'odd-schema', 'settings of gauge'],
    ['a plugin that crashes at its start', 'start', 'crashes-at-start', 'no serial port'],
    ['a plugin that does not stop', 'start', 'ignores-abort', 'teardown has not finished within 5 s'],
    ['a plugin that crashes later', 'events', 'crashes-later', 'serial port lost'],
    [
      'data that does not fit',
      'events',
      'misfit-data',
      'gauge.read: data.bar: Invalid input: expected number',
    ],
    [
      'an event that is not declared',
      'events',
      'undeclared-event',
      'does not declare the event "gauge.burst"',
    ],
    ['a timer that is left behind', 'nothingLeft', 'leaks-timer', 'left running: Timeout'],
  ])('%s', async (_, rule, fixture, problem) => {
    await expect(check(rule, fixture)).rejects.toThrow(problem);
  });
});

describe('the loader', () => {
  const load = (...uses: (string | { use: string; settings: unknown })[]) =>
    loadPlugins(
      uses.map((use) => (typeof use === 'string' ? { use } : use)),
      { configDir: fixtures, importMs: 500 },
    );

  it.each(builtins)('finds %s, which comes with Signalbox, by its name', async (name) => {
    const [loaded] = await load(name);
    expect(loaded?.plugin.name).toBe(name);
  });

  it.each(['./heartbeat', './heartbeat/index.ts', '../plugins/heartbeat', join(fixtures, 'heartbeat')])(
    'finds a plugin by the path %s',
    async (use) => {
      const [loaded] = await load(use);
      expect(loaded).toMatchObject({ use, plugin: { name: 'heartbeat' }, settings: { everyMs: 60_000 } });
    },
  );

  it('parses the settings', async () => {
    const [loaded] = await load({ use: './heartbeat', settings: { everyMs: 5 } });
    expect(loaded?.settings).toEqual({ everyMs: 5 });
  });

  it.each<[string, unknown, string, string]>([
    [
      'of a wrong kind',
      { everyMs: 'often' },
      'plugins[1].settings.everyMs',
      'must be a whole number, got "often"',
    ],
    ['that a schema refuses', { everyMs: -1 }, 'plugins[1].settings.everyMs', 'must be more than 0, got -1'],
    ['with a misspelt name', { everyMS: 5 }, 'plugins[1].settings.everyMS', 'did you mean "everyMs"?'],
    ['that are no mapping', 'often', 'plugins[1].settings', 'must be fields'],
  ])('refuses settings %s and names the field', async (_, settings, field, problem) => {
    await expect(load('./sms-gateway', { use: './heartbeat', settings })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      field,
      message: expect.stringContaining(problem),
    });
  });

  it.each<[string, string[], string]>([
    [
      'two plugins of one name',
      ['./heartbeat', './bad/heartbeat-again'],
      'two plugins are called "heartbeat": ./heartbeat and ./bad/heartbeat-again',
    ],
    ['one plugin twice', ['./heartbeat', './heartbeat'], 'two plugins are called "heartbeat"'],
    [
      'two plugins that declare one type',
      ['./heartbeat', './bad/heartbeat-type-again'],
      'object type "heartbeat" is declared twice: by plugin "heartbeat" and by plugin "pulse"',
    ],
    [
      'a plugin for another plugin contract',
      ['./bad/wrong-api'],
      'plugin ./bad/wrong-api: api: "^7.0.0" does not include 1.0.0',
    ],
    ['what is not a plugin', ['./bad/not-a-plugin'], 'the default export is not a plugin'],
    ['a module without default export', ['./bad/no-default'], 'the module has no default export'],
    [
      'a module that throws',
      ['./bad/cannot-be-imported'],
      'plugin ./bad/cannot-be-imported: cannot be imported: licence file is missing',
    ],
    [
      'a module that never gets ready',
      ['./bad/waits-at-import'],
      'it still waits at its top level after 0.5 s',
    ],
    [
      'a file that is not there',
      ['./nowhere.ts'],
      `plugin ./nowhere.ts: there is no ${join(fixtures, 'nowhere.ts')}`,
    ],
    ['a folder without index', ['./bad'], 'has no index.ts or index.js'],
    [
      'a path without "./"',
      ['heartbeat/README.md'],
      'a file must be written with its path, "./heartbeat/README.md"',
    ],
    [
      'a package that is not installed',
      ['signalbox-plugin-nowhere'],
      'plugin signalbox-plugin-nowhere: not found',
    ],
  ])('refuses %s', async (_, uses, problem) => {
    await expect(load(...uses)).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringContaining(problem),
    });
  });

  it('keeps the cause of a failed import', async () => {
    await expect(load('./bad/cannot-be-imported')).rejects.toMatchObject({
      cause: { message: 'licence file is missing' },
    });
  });
});
