import { EventEmitter2 } from '@nestjs/event-emitter';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Notices } from '../kernel/notices/notices.ts';
import { PluginRegistry } from '../kernel/plugins/plugin-registry.ts';
import type { ResourceChange, ResourceStorePort } from '../kernel/ports.ts';
import { EgressHttp } from '../kernel/egress/egress-http.ts';
import { ResourceIndex } from '../kernel/resources/resource-index.ts';
import { defaultLimits } from '../kernel/limits.ts';
import { ResourceService } from '../kernel/resources/resource.service.ts';
import { defineObjectType, definePlugin, secret, systemClock, z } from '../sdk/index.ts';
import { noOutbox } from '../../test/support/no-outbox.ts';
import { ConfigApplier } from './apply-config.ts';
import { describeLeftover } from './leftovers.ts';
import { loadConfig, type LoadedConfig } from './load-config.ts';

const lamp = defineObjectType({
  name: 'lamp',
  label: 'Lamp',
  settings: z.object({
    watts: z.number().min(3, { error: 'must be 3 to 120 watts' }).default(60),
    pin: secret().optional(),
    ports: z.array(z.object({ number: z.int() })).default([]),
  }),
  events: { lit: z.object({ level: z.string() }) },
  actions: {
    dim: {
      label: 'Dim',
      input: z.object({ to: z.number() }),
      idempotent: true,
      run: () => Promise.resolve(),
    },
  },
});

/** Keeps nothing but what it was told: the index holds the rest. */
class RecordingStore implements ResourceStorePort {
  readonly written: ResourceChange[][] = [];

  load(): ReturnType<ResourceStorePort['load']> {
    return Promise.resolve({ objects: [], tags: [], tasks: [], triggers: [], states: [] });
  }

  apply(changes: readonly ResourceChange[]): Promise<void> {
    this.written.push([...changes]);
    return Promise.resolve();
  }

  readyMade(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  outbox(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  clearOutbox(): Promise<void> {
    return Promise.resolve();
  }
}

function house() {
  const registry = new PluginRegistry();
  registry.register(definePlugin({ name: 'lamp', api: '^1.0.0', types: [lamp] }));
  const index = new ResourceIndex();
  const egress = new EgressHttp({ allow: [], own: [] });
  const store = new RecordingStore();
  const notices = new Notices(new EventEmitter2());
  const service = new ResourceService(
    ...([index, registry, egress, notices, noOutbox, defaultLimits, store, systemClock] as const),
  );
  return { index, store, service, applier: new ConfigApplier(service, index, registry) };
}

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-apply-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

function load(text: string, env: Record<string, string> = {}): LoadedConfig {
  writeFileSync(join(dir, 's.yaml'), text);
  return loadConfig({ file: 's.yaml', cwd: dir, env });
}

const good = `
tags:
  lamps/hall: Lamps in the hall
objects:
  lamp/one: { name: Lamp one, tags: [lamps/hall], settings: { watts: 40 } }
tasks:
  dim-all:
    action: lamp.dim
    target: { tag: lamps/hall }
    settings: { to: "\${event.data.level}" }
triggers:
  when-lit: { event: lamp.lit, object: one, task: dim-all }
`;

describe('ConfigApplier', () => {
  it('creates what the file names, as managed by the configuration', async () => {
    const { applier, index } = house();
    const result = await applier.apply(load(good));
    expect(result).toMatchObject({ created: 4, updated: 0, unchanged: 0, leftovers: [] });
    expect(result.applied.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'tag lamps/hall',
      'object lamp/one',
      'task dim-all',
      'trigger when-lit',
    ]);
    expect(index.object('lamp', 'one')).toMatchObject({
      name: 'Lamp one',
      managedBy: 'config',
      settings: { watts: 40 },
    });
    expect(index.task('dim-all')).toMatchObject({ name: 'dim-all', target: { tag: 'lamps/hall' } });
  });

  it('changes nothing the second time, and only what has changed the third', async () => {
    const { applier, store } = house();
    await applier.apply(load(good));
    expect(await applier.apply(load(good))).toMatchObject({ created: 0, updated: 0, unchanged: 4 });
    expect(store.written).toHaveLength(1);
    expect(await applier.apply(load(good.replace('watts: 40', 'watts: 50')))).toMatchObject({
      updated: 1,
      unchanged: 3,
    });
    expect(store.written).toHaveLength(2);
    expect(store.written[1]).toHaveLength(1);
  });

  it('reports what the file once named, leaves it in place, and says what to do', async () => {
    const { applier, index, service } = house();
    await applier.apply(load(good));
    await service.apply([{ kind: 'object', type: 'lamp', key: 'by-hand' }], 'api');
    const { leftovers } = await applier.apply(load('objects: { lamp/two: }'));
    expect(leftovers).toEqual([
      { kind: 'trigger', id: 'when-lit' },
      { kind: 'task', id: 'dim-all' },
      { kind: 'object', id: 'lamp/one' },
      { kind: 'tag', id: 'lamps/hall' },
    ]);
    expect(index.task('dim-all')).toBeDefined();
    expect(leftovers.map(describeLeftover)).toEqual([
      expect.stringMatching(/^trigger when-lit came from .* DELETE \/api\/triggers\/when-lit$/),
      expect.stringMatching(/DELETE \/api\/tasks\/dim-all$/),
      expect.stringMatching(/DELETE \/api\/objects\/lamp\/one$/),
      expect.stringMatching(/DELETE \/api\/tags\/lamps\/hall$/),
    ]);
  });

  it('does not take the tags of named objects for left over', async () => {
    const { applier } = house();
    const file = load('objects: { lamp/two: { tags: [lamps/attic] } }');
    await applier.apply(file);
    expect(await applier.apply(file)).toMatchObject({ leftovers: [] });
  });

  it('makes numbers of texts from the environment where the plugin wants them, and only there', async () => {
    const { applier, index } = house();
    const text =
      'objects: { lamp/a: { settings: { watts: ${env:W}, pin: ${env:PIN}, ports: [{ number: "${env:W}" }] } } }\n' +
      'tasks: { t: { action: lamp.dim, target: { object: a }, settings: { to: ${env:W} } } }\n';
    await applier.apply(load(text, { W: '75', PIN: '0042' }));
    expect(index.object('lamp', 'a')?.settings).toEqual({ watts: 75, pin: '0042', ports: [{ number: 75 }] });
    expect(index.task('t')?.settings).toEqual({ to: 75 });
  });

  describe('errors', () => {
    async function problems(text: string, env: Record<string, string> = {}): Promise<readonly string[]> {
      const { applier, store } = house();
      const error: unknown = await applier.apply(load(text, env)).catch((thrown: unknown) => thrown);
      expect(store.written).toEqual([]);
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
      return (error as Error).message.split('\n').map((line) => line.trim());
    }

    it('names file, line, column and path of a setting, and changes nothing', async () => {
      expect(await problems('objects:\n  lamp/ok:\n  lamp/one:\n    settings:\n      watts: 1\n')).toEqual([
        's.yaml:5:14 objects.lamp/one.settings.watts: must be 3 to 120 watts',
      ]);
    });

    it('names all of them at once', async () => {
      const text = [
        'objects:',
        '  lamp/one:',
        '    settings: { wats: 1, ports: [{ number: x }] }',
        '  lmap/two:',
        'tasks:',
        '  a: { action: lamp.dimm, target: { object: one } }',
        '  b: { action: lamp.dim, target: { object: one }, settings: { to: "${FOO}" } }',
        'triggers:',
        '  c: { event: lamp.lit, task: b, filter: { $where: "1" } }',
      ];
      const [first, ...rest] = await problems(text.join('\n'));
      expect(first).toBe('6 problems:');
      expect(rest).toEqual([
        's.yaml:3:17 objects.lamp/one.settings.wats: unknown key (did you mean "watts"?)',
        's.yaml:3:44 objects.lamp/one.settings.ports[0].number: must be a whole number, got "x"',
        expect.stringMatching(/^s.yaml:4:3 objects.lmap\/two: no plugin declares the object type "lmap"/),
        expect.stringMatching(/^s.yaml:6:16 tasks.a.action: no plugin declares the action "lamp.dimm"/),
        expect.stringMatching(/^s.yaml:7:67 tasks.b.settings.to: .*FOO/),
        expect.stringMatching(/^s.yaml:9:\d+ triggers.c.filter/),
      ]);
    });

    it('places what names something that is not there', async () => {
      const text =
        'tasks:\n  a:\n    action: lamp.dim\n    target: { object: gone }\n    settings: { to: 1 }\n';
      expect(await problems(text)).toEqual([
        's.yaml:4:23 tasks.a.target.object: there is no object lamp/gone',
      ]);
      expect(await problems('triggers:\n  a: { event: lamp.lit, task: gone }\n')).toEqual([
        's.yaml:2:31 triggers.a.task: there is no task gone',
      ]);
    });

    it('places a missing setting at the mapping that it is missing in', async () => {
      const text = 'objects:\n  lamp/a:\ntasks:\n  t:\n    action: lamp.dim\n    target: { object: a }\n';
      expect(await problems(text)).toEqual(['s.yaml:4:3 tasks.t.settings.to: must be a number, got nothing']);
    });

    it('does not show what came from the environment', async () => {
      const text = 'objects:\n  lamp/a: { settings: { watts: ${env:S}, ports: "${env:S}!" } }\n';
      const shown = (await problems(text, { S: 'correct horse' })).join('\n');
      expect(shown).toContain('objects.lamp/a.settings.watts: must be a number, got ${env:S}');
      expect(shown).toContain('objects.lamp/a.settings.ports');
      expect(shown).not.toContain('correct');
    });
  });
});
