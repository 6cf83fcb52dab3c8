import { v7 as uuidv7 } from 'uuid';
import type {
  AttemptRecord,
  EventRecord,
  ObjectRecord,
  ObjectState,
  RunRecord,
  TagRecord,
  TaskRecord,
  TriggerRecord,
} from '../../../src/domain/records.ts';
import type { Plan, Settlement } from '../../../src/kernel/ports.ts';

/** Records that are right in every way, with what a test is about put on top. */

export function event(over: Partial<EventRecord> = {}): EventRecord {
  const now = Date.now();
  return {
    id: uuidv7(),
    source: 'test',
    type: 'vm.power_on',
    object: 'gpu-01',
    time: now,
    receivedAt: now,
    data: { by: 'jthompson' },
    depth: 0,
    ...over,
  };
}

export function run(over: Partial<RunRecord> = {}): RunRecord {
  const now = Date.now();
  return {
    id: uuidv7(),
    eventId: uuidv7(),
    taskId: 'notify',
    taskName: 'Notify',
    action: 'webhook.send',
    target: 'webhook/ops',
    input: { message: { text: '${NAME} is on' } },
    state: 'pending',
    attempts: 0,
    dueAt: now,
    createdAt: now,
    ...over,
  };
}

export function settlement(of: RunRecord, over: Partial<Settlement> = {}): Settlement {
  return { runId: of.id, state: 'succeeded', attempts: 1, dueAt: of.dueAt, ...over };
}

export function attempt(of: RunRecord, over: Partial<AttemptRecord> = {}): AttemptRecord {
  return { runId: of.id, number: 1, startedAt: 1_000, durationMs: 12, outcome: 'succeeded', ...over };
}

/** A plan that gives every event these runs, or one. */
export function planning(runsOf: (event: EventRecord) => readonly RunRecord[] = oneRun) {
  return (events: readonly EventRecord[]): Plan => ({ runs: events.flatMap(runsOf), spentTasks: [] });
}

export function oneRun({ id }: EventRecord): readonly RunRecord[] {
  return [run({ eventId: id })];
}

export const noRuns = planning(() => []);

const managed = { managedBy: 'api', createdAt: 1_700_000_000_000, updatedAt: 1_700_000_000_001 } as const;

export function object(over: Partial<ObjectRecord> = {}): ObjectRecord {
  const base = { type: 'vm', key: 'gpu-01', name: 'GPU 1', enabled: true, tags: ['vms/jthompson-gpu'] };
  return { ...base, settings: { host: 'node-3' }, changedAt: 1_700_000_000_001, ...managed, ...over };
}

/** What an event told of the object. */
export function objectState(over: Partial<ObjectState> = {}): ObjectState {
  return { type: 'vm', key: 'gpu-01', state: { power: 'on' }, at: 1_700_000_000_000, ...over };
}

export function tag(over: Partial<TagRecord> = {}): TagRecord {
  return { name: 'vms/jthompson-gpu', description: 'The GPUs of one user', ...managed, ...over };
}

export function task(over: Partial<TaskRecord> = {}): TaskRecord {
  return {
    id: 'notify',
    name: 'Notify',
    description: 'Tells the operators',
    enabled: true,
    deleteAfterRunning: false,
    action: 'webhook.send',
    target: { object: 'ops' },
    settings: { message: { text: '${NAME} is on' } },
    spent: false,
    ...managed,
    ...over,
  };
}

export function trigger(over: Partial<TriggerRecord> = {}): TriggerRecord {
  const base = { id: 'notify-on-power', enabled: true, event: 'vm.power_on', tag: 'vms/jthompson-gpu' };
  return { ...base, filter: { 'data.level': { $in: ['error'] } }, task: 'notify', ...managed, ...over };
}
