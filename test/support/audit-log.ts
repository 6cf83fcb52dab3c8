import type { ApiClient } from './api-client.ts';

/** An entry of the audit log, as the API shows it. */
export interface AuditEntry {
  readonly id: string;
  readonly time: string;
  readonly actor: { readonly kind: string; readonly name?: string; readonly id?: string };
  readonly action: string;
  readonly resource: { readonly kind: string; readonly id?: string; readonly name?: string };
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly changed?: readonly string[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
  readonly address?: string;
  readonly causedBy?: string;
}

/** The audit log, the oldest entry first. */
export async function auditLog(api: ApiClient, query = ''): Promise<readonly AuditEntry[]> {
  const path = `/api/audit?sort=time&limit=500${query}`;
  return (await api.get<{ items: readonly AuditEntry[] }>(path)).body.items;
}

/** One line for each: who did what to what. */
export function asLines(entries: readonly AuditEntry[]): readonly string[] {
  return entries.map(({ actor, action, resource: { kind, id } }) =>
    [actor.name ?? actor.kind, action, kind, id].filter((part) => part !== undefined).join(' '),
  );
}
