import type { SessionKind, SessionRecord } from '../../kernel/identity-store.ts';

const hour = 3_600_000;
const day = 24 * hour;

interface SessionTimes {
  /** Without a request for so long, it ends. */
  readonly idleMs: number;
  /** It ends then at any rate. */
  readonly longestMs: number;
}

/** In a browser, a working day without a request and a week at the most; for the command line, a month and a quarter. */
export const sessionTimes: Readonly<Record<SessionKind, SessionTimes>> = {
  cookie: { idleMs: 12 * hour, longestMs: 7 * day },
  bearer: { idleMs: 30 * day, longestMs: 90 * day },
};

/** When a session ends unless it is used again, epoch ms. */
export function sessionEnd(
  { kind, expiresAt, lastUsedAt }: SessionRecord,
  lastUsed: number = lastUsedAt,
): number {
  return Math.min(expiresAt, lastUsed + sessionTimes[kind].idleMs);
}
