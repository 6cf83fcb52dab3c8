import { actorText, type AuditRecord } from '../../domain/audit.ts';
import type { Notice } from '../../sdk/index.ts';

/**
 * What plugins are told of an entry of the audit log; undefined for most. The notice has the id of the entry: whatever is told twice
 * is known by it. What the configuration file puts at a start is not told, since it would be at every first start.
 */
export function changeNotice(entry: AuditRecord): Notice | undefined {
  const { id, time, kind, action, resource, details, actor, causedBy } = entry;
  if (resource === undefined || actor.kind === 'config') return undefined;
  const told = { id, time: new Date(time), ...(causedBy && { causedBy }) };
  if (kind === 'task' && (action === 'created' || action === 'updated' || action === 'removed')) {
    const data = { task: resource, change: action, by: actorText(actor) };
    return { ...told, kind, level: 'message', message: `Task ${resource} was ${action}`, data };
  }
  if (kind !== 'object' || action !== 'disabled') return undefined;
  const { reason } = details ?? {};
  if (typeof reason !== 'string') return undefined;
  const data = { object: resource, change: 'disabled', reason };
  return { ...told, kind, level: 'warning', message: `${resource} was switched off: ${reason}`, data };
}
