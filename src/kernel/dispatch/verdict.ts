import { nextDelay } from '../../domain/retry-policy.ts';
import type { AttemptOutcome, HoldReason, RunState } from '../../domain/records.ts';
import {
  NoAnswerError,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
  type ActionPolicy,
  type JsonValue,
} from '../../sdk/index.ts';

/** How an attempt ended, seen from the action. */
export type Ending =
  | { readonly kind: 'done'; readonly result: JsonValue | undefined }
  | { readonly kind: 'error'; readonly error: unknown }
  /** The time was up. */
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** Signalbox shut down before it began, or before it had done anything. */
  | { readonly kind: 'not begun' }
  /** Signalbox shut down while it ran. */
  | { readonly kind: 'shutdown' };

/** What follows for the run. */
export interface Verdict {
  readonly state: RunState;
  readonly outcome?: AttemptOutcome;
  readonly reason?: string;
  readonly error?: string;
  /** The target is to blame, as far as can be told: it did not answer, or not as it should. */
  readonly refused?: true;
  /** Until the next attempt, ms. */
  readonly delayMs?: number;
}

const unknownOutcome: HoldReason = 'outcome_unknown';

/** Decides what becomes of a run. A verdict without `outcome` counts no attempt: the run is put back. */
export function judge(
  ending: Ending,
  rules: { readonly idempotent: boolean; readonly policy: ActionPolicy; readonly attempt: number },
): Verdict {
  switch (ending.kind) {
    case 'done':
      return { state: 'succeeded', outcome: 'succeeded' };
    case 'not begun':
      return { state: 'pending' };
    case 'shutdown':
      // Without a delay it keeps its place before those that came later.
      if (rules.idempotent) return { state: 'pending' };
      return held('Signalbox was stopped while the action ran');
    case 'timeout': {
      const message = `no result after ${String(ending.afterMs)} ms`;
      return rules.idempotent ? retry(message, rules, undefined) : held(message);
    }
    case 'error':
      return judgeError(ending.error, rules);
  }
}

function judgeError(
  error: unknown,
  rules: { readonly idempotent: boolean; readonly policy: ActionPolicy; readonly attempt: number },
): Verdict {
  const message = messageOf(error);
  if (error instanceof PermanentError)
    return { state: 'failed', outcome: 'failed', reason: message, error: message };
  if (error instanceof UnknownOutcomeError && !rules.idempotent) return held(message);
  return retry(message, rules, error instanceof RetryableError ? error.retryAfterMs : undefined);
}

function retry(
  message: string,
  { policy, attempt }: { readonly policy: ActionPolicy; readonly attempt: number },
  retryAfterMs: number | undefined,
): Verdict {
  const delayMs = nextDelay(policy, attempt, retryAfterMs === undefined ? {} : { retryAfterMs });
  const refused = { reason: message, error: message, refused: true } as const;
  if (delayMs === undefined) return { ...refused, state: 'failed', outcome: 'failed' };
  return { ...refused, state: 'pending', outcome: 'retrying', delayMs };
}

function held(message: string): Verdict {
  return { state: 'held', outcome: 'unknown', reason: unknownOutcome, error: message };
}

/**
 * What an action that must not be repeated says when a shutdown aborts it: how it ended, or that nothing has happened
 * yet. Whatever else it throws does not tell.
 */
export function lastWords(ending: Ending): Ending {
  if (ending.kind !== 'error' || ending.error instanceof PermanentError) return ending;
  const nothingHappened = ending.error instanceof RetryableError && !(ending.error instanceof NoAnswerError);
  return { kind: nothingHappened ? 'not begun' : 'shutdown' };
}

/** Never throws: a plugin may throw anything, and an error's message may be anything. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'an error without a message';
  }
}
