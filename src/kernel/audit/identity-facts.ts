import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../sdk/index.ts';
import type { IdentityChange, SessionRecord, TokenRecord, UserRecord } from '../identity-store.ts';
import { MASK } from '../redaction/settings-secrets.ts';
import { acting } from './acting.ts';
import type { AuditFact } from './audit-entry.ts';

/** Who is known before a change. */
interface Known {
  token(id: string): TokenRecord | undefined;
  user(name: string): UserRecord | undefined;
}

/** What the audit log says of a change of users, tokens and sessions. Uses, and sessions that end, say nothing by themselves. */
export function identityFact(change: IdentityChange, known: Known): AuditFact | undefined {
  if ('used' in change) return undefined;
  if (change.kind === 'session') return 'put' in change ? logInFact(change.put) : undefined;
  if (change.kind === 'token') {
    const [before, after] =
      'put' in change ? [known.token(change.put.id), change.put] : [known.token(change.remove), undefined];
    return fact({ kind: 'token', resource: (after ?? before)?.id, name: (after ?? before)?.name }, [
      before && tokenDocument(before),
      after && tokenDocument(after),
    ]);
  }
  const [before, after] =
    'put' in change ? [known.user(change.put.name), change.put] : [known.user(change.remove), undefined];
  return userFact(before, after);
}

function userFact(before: UserRecord | undefined, after: UserRecord | undefined): AuditFact | undefined {
  const made = fact({ kind: 'user', resource: (after ?? before)?.name }, [
    before && userDocument(before),
    after && userDocument(after),
  ]);
  if (!before || !after || before.passwordHash === after.passwordHash) return made;
  const { before: was, after: is, changed = [] } = made ?? {};
  return {
    ...{ kind: 'user', resource: after.name, action: 'password_changed' },
    ...{
      before: { ...was, password: MASK },
      after: { ...is, password: MASK },
      changed: [...changed, 'password'],
    },
  };
}

/** The user himself has done it, unless he has come into being with it. */
function logInFact({ id, user, kind }: SessionRecord): AuditFact {
  const { actor } = acting();
  return {
    ...{ action: 'logged_in', kind: 'user', resource: user, details: { session: id, as: kind } },
    actor: actor.kind === 'nobody' ? { kind: 'user', name: user, session: id } : actor,
  };
}

function fact(
  {
    kind,
    resource,
    name,
  }: { kind: 'token' | 'user'; resource: string | undefined; name?: string | undefined },
  [before, after]: readonly (JsonObject | undefined)[],
): AuditFact | undefined {
  if (resource === undefined) return undefined;
  const about = { kind, resource, ...(name !== undefined && { name }) };
  if (!before) return after && { action: 'created', ...about, after };
  if (!after) return { action: 'removed', ...about, before };
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...fields].filter((field) => !isDeepStrictEqual(before[field], after[field]));
  if (changed.length === 0) return undefined;
  const of = (document: JsonObject): JsonObject =>
    Object.fromEntries(
      changed.flatMap((field) => (field in document ? [[field, document[field] ?? null]] : [])),
    );
  return { action: 'updated', ...about, before: of(before), after: of(after), changed };
}

function tokenDocument({ name, scopes, expiresAt }: TokenRecord): JsonObject {
  return {
    name,
    scopes: [...scopes],
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
  };
}

function userDocument({ name, scopes, enabled }: UserRecord): JsonObject {
  return { name, scopes: [...scopes], enabled };
}
