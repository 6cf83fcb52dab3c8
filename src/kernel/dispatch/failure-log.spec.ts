import { expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { EventRecord, RunRecord } from '../../domain/records.ts';
import type { KernelLogger } from '../logger.ts';
import { Notices } from '../notices/notices.ts';
import { FailureLog } from './failure-log.ts';
import type { Failure } from './incidents.ts';

const failure = (n: number): Failure => ({
  run: { id: `run-${String(n)}` } as RunRecord,
  event: {} as EventRecord,
  reason: 'HTTP 500',
  attempts: 4,
});

it('tells which runs failed for good, a few of them when they are many', () => {
  const lines: object[] = [];
  const told: string[] = [];
  const silent = (): void => undefined;
  const logger: KernelLogger = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (fields) => lines.push(fields),
    child: () => logger,
  };
  const notices = new Notices(new EventEmitter2());
  notices.on('run.failed', ({ run }) => told.push(run.id));
  const log = new FailureLog(notices, logger);
  log.note(failure(1));
  expect(lines).toEqual([{ run: 'run-1', reason: 'HTTP 500', attempts: 4 }]);
  for (let n = 0; n < 500; n++) log.note(failure(n));
  expect(lines).toHaveLength(10);
  expect(told).toHaveLength(10);
});
