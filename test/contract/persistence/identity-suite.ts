import { describe, expect, it } from '@jest/globals';
import type { SessionRecord, TokenRecord, UserRecord } from '../../../src/kernel/identity-store.ts';
import { freshStore, type Backend } from './backend.ts';

const token: TokenRecord = {
  id: 'a',
  name: 'ci',
  hash: 'ab12',
  scopes: ['ingest', 'read'],
  createdAt: 1_700_000_000_000,
};
const user: UserRecord = {
  name: 'alice',
  passwordHash: '$argon2id$…',
  scopes: ['admin'],
  enabled: true,
  createdAt: 1,
  updatedAt: 2,
};
const session: SessionRecord = {
  id: 's',
  user: 'alice',
  hash: 'cd34',
  kind: 'cookie',
  createdAt: 3,
  lastUsedAt: 4,
  expiresAt: 1_800_000_000_000,
};

/** Who may speak with Signalbox. */
export function identitySuite(backend: Backend): void {
  describe('identities', () => {
    it('gives back what was put', async () => {
      await using fresh = await freshStore(backend);
      const { identities } = fresh.store;
      expect(await identities.load()).toEqual({ tokens: [], users: [], sessions: [] });
      const full = { ...token, id: 'b', createdBy: 'user/alice', expiresAt: 5, lastUsedAt: 6, scopes: [] };
      const disabled = { ...user, name: 'bob', enabled: false, lastLoginAt: 7 };
      await identities.apply([
        { kind: 'token', put: full },
        { kind: 'token', put: token },
        { kind: 'user', put: user },
        { kind: 'user', put: disabled },
        { kind: 'session', put: session },
        { kind: 'session', put: { ...session, id: 't', kind: 'bearer' } },
      ]);
      expect(await identities.load()).toEqual({
        tokens: [token, full],
        users: [user, disabled],
        sessions: [session, { ...session, id: 't', kind: 'bearer' }],
      });
    });

    it('replaces as a whole, notes a use only of what is there, and removes', async () => {
      await using fresh = await freshStore(backend);
      const { identities } = fresh.store;
      await identities.apply([
        { kind: 'token', put: { ...token, expiresAt: 5 } },
        { kind: 'user', put: { ...user, lastLoginAt: 7 } },
        { kind: 'session', put: session },
      ]);
      await identities.apply([
        { kind: 'token', put: token },
        { kind: 'user', put: user },
        { kind: 'token', used: 'a', at: 8 },
        { kind: 'token', used: 'gone', at: 8 },
        { kind: 'session', used: 's', at: 9 },
      ]);
      expect(await identities.load()).toEqual({
        tokens: [{ ...token, lastUsedAt: 8 }],
        users: [user],
        sessions: [{ ...session, lastUsedAt: 9 }],
      });
      await identities.apply([
        { kind: 'token', remove: 'a' },
        { kind: 'user', remove: 'alice' },
        { kind: 'session', remove: 's' },
        { kind: 'session', remove: 'gone' },
      ]);
      expect(await identities.load()).toEqual({ tokens: [], users: [], sessions: [] });
    });

    it('applies all or nothing', async () => {
      await using fresh = await freshStore(backend);
      const { identities } = fresh.store;
      const broken = { ...session, user: null as unknown as string };
      await expect(
        identities.apply([
          { kind: 'user', put: user },
          { kind: 'session', put: broken },
        ]),
      ).rejects.toThrow(/null/i);
      expect((await identities.load()).users).toEqual([]);
    });
  });
}
