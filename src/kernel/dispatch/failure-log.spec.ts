import { expect, it } from '@jest/globals';
import type { KernelLogger } from '../logger.ts';
import type { Settlement } from '../ports.ts';
import { FailureLog } from './failure-log.ts';

const settlement = (n: number, state: Settlement['state']): Settlement => ({
  runId: `run-${String(n)}`,
  state,
  reason: 'HTTP 500',
  attempts: 4,
  dueAt: 0,
});

it('names the runs that failed for good, a few of them when they are many', () => {
  const lines: object[] = [];
  const silent = (): void => undefined;
  const logger: KernelLogger = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (fields) => lines.push(fields),
    child: () => logger,
  };
  const log = new FailureLog(logger);
  log.note([settlement(0, 'succeeded'), settlement(1, 'failed'), settlement(2, 'pending')]);
  expect(lines).toEqual([{ run: 'run-1', reason: 'HTTP 500', attempts: 4 }]);
  log.note(Array.from({ length: 500 }, (_, n) => settlement(n, 'failed')));
  expect(lines).toHaveLength(10);
});
