import { EventEmitter2 } from '@nestjs/event-emitter';
import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Notices } from '../kernel/notices/notices.ts';
import { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import type { ResourceStorePort } from '../kernel/ports.ts';
import { EgressHttp } from '../kernel/egress/egress-http.ts';
import { ResourceIndex } from '../kernel/resources/resource-index.ts';
import { defaultLimits } from '../kernel/limits.ts';
import { ResourceService } from '../kernel/resources/resource.service.ts';
import { noOutbox } from '../../test/support/no-outbox.ts';
import { ConfigApplier } from './apply-config.ts';
import { builtinPlugins } from './builtin-plugins.ts';
import { systemClock } from '../sdk/index.ts';
import { loadConfig } from './load-config.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const examples = readdirSync(`${root}config/examples`).filter((name) => name.endsWith('.yaml'));

const store: ResourceStorePort = {
  load: () => Promise.resolve({ objects: [], tags: [], tasks: [], triggers: [], states: [] }),
  apply: () => Promise.resolve(),
  readyMade: () => Promise.resolve([]),
  outbox: () => Promise.resolve([]),
  clearOutbox: () => Promise.resolve(),
};

async function house() {
  const registry = new PluginRegistry();
  for (const { plugin, use } of await builtinPlugins()) registry.register(plugin, use);
  const index = new ResourceIndex();
  const egress = new EgressHttp({ allow: [], own: [] });
  const notices = new Notices(new EventEmitter2());
  const service = new ResourceService(
    ...([index, registry, egress, notices, noOutbox, defaultLimits, store, systemClock] as const),
  );
  return { index, applier: new ConfigApplier(service, index, registry) };
}

describe('config/signalbox.yaml', () => {
  it('needs nothing from outside, and nothing is sent by it', async () => {
    const { index, applier } = await house();
    const loaded = loadConfig({ cwd: root, env: {} });
    const { created, leftovers } = await applier.apply(loaded);
    expect(loaded.warnings).toEqual([]);
    expect(leftovers).toEqual([]);
    expect(created).toBe(loaded.resources.length);
    expect(index.objects({ type: 'webhook' }).map(({ enabled }) => enabled)).toEqual([false]);
  });

  it('opens the private networks of a LAN, and not loopback', () => {
    const { config } = loadConfig({ cwd: root, env: {} });
    expect(config.egress.allow).toEqual(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']);
    expect(config.server.host).toBe('127.0.0.1');
  });
});

describe('config/examples', () => {
  it.each(examples)('%s applies once its variables are set', async (name) => {
    const { applier } = await house();
    const loaded = loadConfig({
      cwd: root,
      file: `config/examples/${name}`,
      env: { SLACK_TOKEN: 'xoxb-example' },
    });
    expect((await applier.apply(loaded)).created).toBeGreaterThan(0);
  });
});
