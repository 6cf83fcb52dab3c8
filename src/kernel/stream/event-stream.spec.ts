import { describe, expect, it } from '@jest/globals';
import { SignalboxError } from '../../domain/errors.ts';
import type { EventRecord } from '../../domain/records.ts';
import { defineObjectType, definePlugin, z } from '../../sdk/index.ts';
import { defaultLimits } from '../limits.ts';
import type { KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { JournalPort } from '../ports.ts';
import { ObjectViews } from '../resources/object-views.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { Planner } from '../routing/planner.ts';
import { TaskTargets } from '../routing/task-targets.ts';
import { ViewOfObjects } from '../routing/view-of-objects.ts';
import { cutByRuns } from './cut-by-runs.ts';
import { EventStream } from './event-stream.ts';
import { Subjects } from './subjects.ts';

const lamp = defineObjectType({ name: 'lamp', label: 'Lamp', events: { lit: z.looseObject({}) } });

const silence = (): void => undefined;
const silent: KernelLogger = {
  ...{ debug: silence, info: silence, warn: silence, error: silence },
  child: () => silent,
};

/** A stream before a journal that does what `refuse` says of the events of a transaction. */
function streamBefore(refuse: (events: readonly EventRecord[]) => void) {
  const groups: (readonly EventRecord[])[] = [];
  const journal: JournalPort = {
    commit: async (events, plan) => {
      groups.push(events);
      await Promise.resolve();
      refuse(events);
      return { ...plan(events), events: events.map(({ id }) => ({ id, duplicate: false })) };
    },
    settle: () => Promise.resolve(),
  };
  const registry = new PluginRegistry();
  registry.register(definePlugin({ name: 'lamp', api: '^1.0.0', types: [lamp] }));
  const index = new ResourceIndex();
  const planner = new Planner(
    index,
    new ViewOfObjects(registry, index),
    registry,
    new TaskTargets(index, registry),
    defaultLimits,
    silent,
  );
  const subjects = new Subjects(registry, new ObjectViews(registry, index, silent));
  return { groups, stream: new EventStream(registry, planner, index, subjects, journal, defaultLimits) };
}

const origin = { defaultSource: 'test' };
const publish = (stream: EventStream, object: string) =>
  stream.publish([{ type: 'lamp.lit', object }], origin);

describe('EventStream', () => {
  it('stores together what arrives together', async () => {
    const { groups, stream } = streamBefore(() => undefined);
    await Promise.all([publish(stream, 'a'), publish(stream, 'b')]);
    expect(groups.map((events) => events.length)).toEqual([2]);
  });

  it('lets one event that cannot be stored spoil none of the others', async () => {
    const { stream } = streamBefore((events) => {
      if (events.some(({ object }) => object === 'bad')) throw new TypeError('cannot be stored');
    });
    const [good, bad, other] = await Promise.allSettled(
      ['good', 'bad', 'other'].map((key) => publish(stream, key)),
    );
    expect([good?.status, bad?.status, other?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('tries a failing disk once for all, not once for each', async () => {
    const { groups, stream } = streamBefore(() => {
      throw new SignalboxError('STORAGE_UNAVAILABLE', 'no disk');
    });
    const results = await Promise.allSettled([publish(stream, 'a'), publish(stream, 'b')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(groups).toHaveLength(1);
  });

  it('takes nothing more in once it is closed', async () => {
    const { stream } = streamBefore(() => undefined);
    await stream.close();
    await expect(publish(stream, 'a')).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});

describe('cutByRuns', () => {
  const event = {} as EventRecord;
  const arrivals = (...sizes: readonly number[]) =>
    sizes.map((n) => ({ events: Array.from({ length: n }, () => event) }));
  const cut = (sizes: readonly number[], runs: number) =>
    [...cutByRuns(arrivals(...sizes), () => runs)].map((part) => part.map(({ events }) => events.length));

  it('leaves a group with few runs whole', () => {
    expect(cut([1, 2, 3], 10)).toEqual([[1, 2, 3]]);
  });

  it('cuts between requests when the runs are many, never within one', () => {
    expect(cut([1, 1, 1], 3_000)).toEqual([[1], [1], [1]]);
    expect(cut([2, 1, 4], 1_500)).toEqual([[2, 1], [4]]);
  });
});
