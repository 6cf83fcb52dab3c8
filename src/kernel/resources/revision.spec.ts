import { EventEmitter2 } from '@nestjs/event-emitter';
import { describe, expect, it } from '@jest/globals';
import { noOutbox } from '../../../test/support/no-outbox.ts';
import { defineObjectType, definePlugin, systemClock, z } from '../../sdk/index.ts';
import { EgressHttp } from '../egress/egress-http.ts';
import { defaultLimits } from '../limits.ts';
import { Notices } from '../notices/notices.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { ResourceChange, ResourceStorePort } from '../ports.ts';
import { ResourceIndex } from './resource-index.ts';
import type { ResourceInput, ResourceRef } from './resource-input.ts';
import { ResourceService } from './resource.service.ts';

const lamp = defineObjectType({
  name: 'lamp',
  label: 'Lamp',
  settings: z.object({ watts: z.number().default(60) }),
  events: { lit: z.object({}) },
  actions: { dim: { label: 'Dim', input: z.object({}), idempotent: true, run: () => Promise.resolve() } },
});

function house() {
  const registry = new PluginRegistry();
  registry.register(definePlugin({ name: 'lamp', api: '^1.0.0', types: [lamp] }));
  const index = new ResourceIndex();
  const written: ResourceChange[][] = [];
  const store: ResourceStorePort = {
    load: () => Promise.resolve({ objects: [], tags: [], tasks: [], triggers: [], states: [] }),
    apply: (changes) => Promise.resolve(void written.push([...changes])),
    readyMade: () => Promise.resolve([]),
    outbox: () => Promise.resolve([]),
    clearOutbox: () => Promise.resolve(),
  };
  const egress = new EgressHttp({ allow: [], own: [] });
  const notices = new Notices(new EventEmitter2());
  const service = new ResourceService(
    ...([index, registry, egress, notices, noOutbox, defaultLimits, store, systemClock] as const),
  );
  return { index, service, written };
}

const one = (watts?: number, tags: readonly string[] = []): ResourceInput => ({
  kind: 'object',
  type: 'lamp',
  key: 'one',
  tags,
  settings: { ...(watts !== undefined && { watts }) },
});
const dim: ResourceInput = { kind: 'task', id: 'dim', action: 'lamp.dim', target: { object: 'one' } };
const lit = (id: string): ResourceInput => ({ kind: 'trigger', id, event: 'lamp.lit', task: 'dim' });
const all: readonly ResourceInput[] = [one(40, ['lamps/hall']), dim, lit('when-lit')];

const remove = (...refs: readonly ResourceRef[]) => ({
  inputs: [],
  managedBy: 'config' as const,
  leftovers: { refs: () => refs, fate: 'remove' as const },
});
const everything: readonly ResourceRef[] = [
  { kind: 'tag', id: 'lamps/hall' },
  { kind: 'object', id: 'lamp/one' },
  { kind: 'task', id: 'dim' },
  { kind: 'trigger', id: 'when-lit' },
];

describe('a resource that the configuration looks after', () => {
  it('stays its own when it is changed by hand, and says when that was', async () => {
    const { index, service } = house();
    await service.apply([one(40)], 'config');
    await service.apply([one(40)], 'api');
    expect(index.object('lamp', 'one')).not.toHaveProperty('changedByHandAt');
    await service.apply([one(25)], 'api');
    const { changedByHandAt, updatedAt } = index.object('lamp', 'one') ?? {};
    expect(index.object('lamp', 'one')).toMatchObject({ managedBy: 'config', settings: { watts: 25 } });
    expect(changedByHandAt).toBe(updatedAt);
    await service.apply([one(40)], 'config');
    expect(index.object('lamp', 'one')).not.toHaveProperty('changedByHandAt');
  });

  it('is changed by hand by a tag, too', async () => {
    const { index, service } = house();
    await service.apply([one(40)], 'config');
    await service.retag('lamps/hall', { add: ['lamp/one'], remove: [] });
    expect(index.object('lamp', 'one')).toMatchObject({
      managedBy: 'config',
      changedByHandAt: expect.any(Number),
    });
  });

  it('is adopted without a change when what people made says the same', async () => {
    const { index, service } = house();
    await service.apply([one(40)], 'api');
    const before = index.object('lamp', 'one');
    expect(await service.apply([one(40)], 'config')).toEqual([
      { kind: 'object', id: 'lamp/one', change: 'adopted' },
    ]);
    expect(index.object('lamp', 'one')).toEqual({ ...before, managedBy: 'config' });
  });
});

describe('a preview', () => {
  it('says what a revision would do, tags that come with objects included, and does nothing', async () => {
    const { index, service, written } = house();
    const { revised } = await service.preview({ inputs: all, managedBy: 'config' });
    expect(revised.map(({ kind, id, change }) => `${change} ${kind} ${id}`)).toEqual([
      'created tag lamps/hall',
      'created object lamp/one',
      'created task dim',
      'created trigger when-lit',
    ]);
    expect(index.objects()).toEqual([]);
    expect(written).toEqual([]);
  });

  it('rejects with what the revision would reject with', async () => {
    const { service } = house();
    await expect(service.preview({ inputs: [one(40), lit('x')], managedBy: 'config' })).rejects.toMatchObject(
      { code: 'REFERENCE_MISSING', index: 1 },
    );
  });
});

describe('leftovers', () => {
  it('are removed together, whatever names others first', async () => {
    const { index, service, written } = house();
    await service.apply(all, 'config');
    const { revised } = await service.revise(remove(...everything));
    expect(revised.map(({ kind, change }) => `${change} ${kind}`)).toEqual([
      'removed trigger',
      'removed task',
      'removed object',
      'removed tag',
    ]);
    expect([index.objects(), index.tasks(), index.triggers(), index.tags()]).toEqual([[], [], [], []]);
    expect(written).toHaveLength(2);
  });

  it('are kept when something else names them, and so is what they name', async () => {
    const { index, service } = house();
    await service.apply(all, 'config');
    await service.apply([lit('of-somebody')], 'api');
    const { revised } = await service.revise(remove(...everything));
    expect(revised.map(({ kind, change, usedBy }) => [`${change} ${kind}`, usedBy])).toEqual([
      ['removed trigger', undefined],
      ['kept task', ['trigger of-somebody']],
      ['kept object', ['task dim']],
      ['kept tag', ['lamp/one']],
    ]);
    expect(index.triggers().map(({ id }) => id)).toEqual(['of-somebody']);
    expect(index.task('dim')).toBeDefined();
  });

  it('are judged by what names them after the revision', async () => {
    const { index, service } = house();
    await service.apply([...all, { ...one(), key: 'two' } as ResourceInput], 'config');
    await service.revise({
      ...remove({ kind: 'object', id: 'lamp/one' }),
      inputs: [{ ...dim, target: { object: 'two' } }],
    });
    expect(index.objects().map(({ key }) => key)).toEqual(['two']);
  });

  it('are released to people instead, marks of drift gone', async () => {
    const { index, service } = house();
    await service.apply(all, 'config');
    await service.apply([one(25)], 'api');
    await service.revise({
      inputs: [],
      managedBy: 'config',
      leftovers: { refs: () => everything, fate: 'release' },
    });
    expect(index.object('lamp', 'one')).toMatchObject({ managedBy: 'api', settings: { watts: 25 } });
    expect(index.object('lamp', 'one')).not.toHaveProperty('changedByHandAt');
    expect(index.task('dim')).toMatchObject({ managedBy: 'api' });
  });
});
