import type { AuditAction, AuditRecord } from '../../domain/audit.ts';
import type { RunRecord } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import type { RunFilter, RunsNote } from '../ports.ts';
import { auditEntry } from './audit-entry.ts';

type Done = Extract<AuditAction, 'retried' | 'cancelled' | 'removed'>;

/** The entry of what was done to one run. */
export function runNote(action: Done, run: RunRecord): RunsNote {
  const { id, taskId, taskName, target, eventId, state, createdAt } = run;
  const about = { task: taskId, target, event: eventId };
  const details = { ...about, createdAt: new Date(createdAt).toISOString() };
  return oneEntry(() => {
    const entry = { action, kind: 'run', resource: id, name: taskName, details, before: { state } } as const;
    return auditEntry(action === 'removed' ? entry : { ...entry, after: { state: endOf[action] } });
  });
}

/** The entry of what was done to those runs that a filter has found, in one transaction. */
export function runsNote(action: Exclude<Done, 'removed'>, filter: RunFilter): RunsNote {
  return oneEntry((runs) =>
    auditEntry({ action, kind: 'run', details: { filter: filterDocument(filter), runs: runs.length } }),
  );
}

const endOf = { retried: 'pending', cancelled: 'cancelled' } as const;

function oneEntry(make: (runIds: readonly string[]) => AuditRecord): RunsNote {
  return (runIds) => (runIds.length === 0 ? [] : [make(runIds)]);
}

/** As people have written it. */
function filterDocument(filter: RunFilter): JsonObject {
  const { states, taskId, target, eventId, eventType, from, to, ...rest } = filter;
  const named = {
    state: states && [...states],
    task: taskId,
    object: target,
    event: eventId,
    type: eventType,
  };
  const times = { from: from && new Date(from).toISOString(), to: to && new Date(to).toISOString() };
  const given = Object.entries({ ...named, ...rest, ...times }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as JsonObject;
}
