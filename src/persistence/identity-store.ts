import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { AuditRecord } from '../domain/audit.ts';
import type { Identities, IdentityChange, IdentityStorePort } from '../kernel/identity-store.ts';
import { addEntries } from './audit-store.ts';
import type { Database } from './database.ts';
import { LocalUserEntity, toUser, userRow } from './entities/local-user.entity.ts';
import { SessionEntity, toSession } from './entities/session.entity.ts';
import { TokenEntity, tokenRow, toToken } from './entities/token.entity.ts';

export class IdentityStore implements IdentityStorePort {
  constructor(private readonly database: Database) {}

  load(): Promise<Identities> {
    return this.database.read(async (em) => ({
      tokens: (await em.findAll(TokenEntity, { orderBy: { id: 'asc' } })).map(toToken),
      users: (await em.findAll(LocalUserEntity, { orderBy: { name: 'asc' } })).map(toUser),
      sessions: (await em.findAll(SessionEntity, { orderBy: { id: 'asc' } })).map(toSession),
    }));
  }

  apply(changes: readonly IdentityChange[], audit: readonly AuditRecord[] = []): Promise<void> {
    return this.database.write(async (em) => {
      for (const change of changes) await applyOne(em, change);
      await addEntries(em, audit);
    });
  }
}

async function applyOne(em: SqlEntityManager, change: IdentityChange): Promise<void> {
  if ('remove' in change) await remove(em, change);
  else if ('used' in change) await use(em, change);
  else if (change.kind === 'token') await em.upsertMany(TokenEntity, [tokenRow(change.put)]);
  else if (change.kind === 'user') await em.upsertMany(LocalUserEntity, [userRow(change.put)]);
  else await em.upsertMany(SessionEntity, [change.put]);
}

type Removal = Extract<IdentityChange, { readonly remove: string }>;
type Use = Extract<IdentityChange, { readonly used: string }>;

async function remove(em: SqlEntityManager, change: Removal): Promise<void> {
  if (change.kind === 'token') await em.nativeDelete(TokenEntity, { id: change.remove });
  else if (change.kind === 'user') await em.nativeDelete(LocalUserEntity, { name: change.remove });
  else await em.nativeDelete(SessionEntity, { id: change.remove });
}

async function use(em: SqlEntityManager, { kind, used, at }: Use): Promise<void> {
  if (kind === 'token') await em.nativeUpdate(TokenEntity, { id: used }, { lastUsedAt: at });
  else await em.nativeUpdate(SessionEntity, { id: used }, { lastUsedAt: at });
}
