import { describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '../../domain/retry-policy.ts';
import { NoAnswerError, PermanentError, RetryableError, UnknownOutcomeError } from '../../sdk/index.ts';
import { judge, lastWords, type Ending } from './verdict.ts';

const rules = { idempotent: true, policy: { ...defaultPolicy, retries: 1 }, attempt: 1 };
const failing = (error: unknown): Ending => ({ kind: 'error', error });

describe('what becomes of a run', () => {
  it('succeeds when the action resolves', () => {
    expect(judge({ kind: 'done', result: undefined }, rules)).toEqual({
      state: 'succeeded',
      outcome: 'succeeded',
    });
  });

  it('fails at once on a permanent error', () => {
    expect(judge(failing(new PermanentError('no')), rules)).toMatchObject({
      state: 'failed',
      outcome: 'failed',
      reason: 'no',
    });
  });

  it.each([new RetryableError('later'), new Error('odd'), 'not even an error'])(
    'tries again after %p',
    (error) => {
      expect(judge(failing(error), rules)).toMatchObject({ state: 'pending', outcome: 'retrying' });
    },
  );

  it('fails when no retries are left', () => {
    expect(judge(failing(new RetryableError('later')), { ...rules, attempt: 2 })).toMatchObject({
      state: 'failed',
      outcome: 'failed',
    });
  });

  it('waits at least as long as the target asks', () => {
    const verdict = judge(failing(new RetryableError('busy', { retryAfterMs: 60_000 })), rules);
    expect(verdict.delayMs).toBeGreaterThanOrEqual(60_000);
  });

  it('puts an idempotent run back that shutdown cut off, and counts no attempt', () => {
    const verdict = judge({ kind: 'shutdown' }, rules);
    expect(verdict).toEqual({ state: 'pending' });
  });

  it('puts back what shutdown did not let begin, whatever it is', () => {
    expect(judge({ kind: 'not begun' }, { ...rules, idempotent: false })).toEqual({ state: 'pending' });
  });

  it.each<[string, Ending]>([
    ['a shutdown', { kind: 'shutdown' }],
    ['a time-out', { kind: 'timeout', afterMs: 5 }],
    ['a lost answer', failing(new UnknownOutcomeError('lost'))],
  ])('holds a run that must not be repeated after %s', (_, ending) => {
    expect(judge(ending, { ...rules, idempotent: false })).toMatchObject({
      state: 'held',
      outcome: 'unknown',
      reason: 'outcome_unknown',
    });
  });

  it('tries an idempotent run again after a time-out or a lost answer', () => {
    expect(judge({ kind: 'timeout', afterMs: 5 }, rules)).toMatchObject({
      state: 'pending',
      outcome: 'retrying',
    });
    expect(judge(failing(new UnknownOutcomeError('lost')), rules)).toMatchObject({ state: 'pending' });
  });
});

describe('a run that must not be repeated and that shutdown cut off', () => {
  const held = { state: 'held', reason: 'outcome_unknown' };

  it.each<[string, Ending, object]>([
    [
      'is put back when its action says that nothing has happened',
      failing(new RetryableError('not yet')),
      { state: 'pending' },
    ],
    ['has succeeded when its action was just done', { kind: 'done', result: 1 }, { state: 'succeeded' }],
    ['has failed when its action was just refused', failing(new PermanentError('no')), { state: 'failed' }],
    ['is held when the answer is lost', failing(new UnknownOutcomeError('lost')), held],
    ['is held when a request was not answered', failing(new NoAnswerError('cut')), held],
    ['is held when its action says nothing of use', failing(new Error('aborted')), held],
  ])('%s', (_, ending, verdict) => {
    expect(judge(lastWords(ending), { ...rules, idempotent: false })).toMatchObject(verdict);
  });
});
