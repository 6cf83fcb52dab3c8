import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError, UnknownOutcomeError, z } from 'signalbox/sdk';
import { read, type Access } from './api.ts';

const taskStatus = z.object({ status: z.enum(['running', 'stopped']), exitstatus: z.string().optional() });

const firstWaitMs = 250;
const longestWaitMs = 2_000;
const mostFailures = 10;

/**
 * Waits for the end of a task and gives its exit status: `OK`, `WARNINGS: 2`, or what went wrong. Throws
 * `UnknownOutcomeError` when that cannot be found out, or when the time is up.
 */
export async function endOf(upid: string, access: Access): Promise<string> {
  const node = upid.split(':')[1] ?? '';
  const path = `nodes/${encodeURIComponent(node)}/tasks/${encodeURIComponent(upid)}/status`;
  let failures = 0;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 1.5, longestWaitMs)) {
    try {
      const { status, exitstatus } = await read(access, path, taskStatus);
      if (status === 'stopped') return known(exitstatus);
      failures = 0;
    } catch (cause) {
      failures += 1;
      const again = cause instanceof RetryableError && access.signal?.aborted !== true;
      if (!again || failures === mostFailures) throw lost(upid, cause);
    }
    await sleep(waitMs, undefined, access.signal && { signal: access.signal }).catch((cause: unknown) => {
      throw lost(upid, cause);
    });
  }
}

function known(exitstatus: string | undefined): string {
  // What the log of a task says that was killed or has no end.
  if (exitstatus === undefined || /^(?:unexpected status|unable to )/.test(exitstatus)) {
    throw new UnknownOutcomeError(`the task has ended without a result (${exitstatus ?? 'no exit status'})`);
  }
  return exitstatus;
}

function lost(upid: string, cause: unknown): UnknownOutcomeError {
  if (cause instanceof UnknownOutcomeError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UnknownOutcomeError(`what became of the task ${upid} is not known: ${reason}`, { cause });
}
