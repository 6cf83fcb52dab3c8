import { setTimeout as sleep } from 'node:timers/promises';
import {
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
  z,
  type HttpResponse,
  type JsonObject,
} from 'signalbox/sdk';
import { messageSchema, problemOf, wordsOfMessages } from './error-response.ts';
import { jsonOf, retryAfterMs, type RedfishService } from './service.ts';

const shortestWaitMs = 250;
const firstWaitMs = 500;
const longestWaitMs = 10_000;
const mostFailures = 10;

const task = z.object({
  TaskState: z.string(),
  TaskMonitor: z.string().optional(),
  Messages: z.array(messageSchema).optional(),
});

/** States in which a task has not done what it was to do; `Completed` is the only other one that is an end. */
const failed = new Set(['Exception', 'Killed', 'Cancelled']);

/**
 * Waits for the end of what was answered with 202. Throws `PermanentError` when it failed, `UnknownOutcomeError` when
 * that cannot be found out or the time is up.
 */
export async function endOfTask(accepted: HttpResponse, service: RedfishService): Promise<JsonObject> {
  const monitor = accepted.headers['location'] ?? taskOf(accepted)?.TaskMonitor;
  if (monitor === undefined) return { note: 'the service named no task monitor' };
  let latest = accepted;
  let failures = 0;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 1.5, longestWaitMs)) {
    const asked = Math.max(retryAfterMs(latest) ?? waitMs, shortestWaitMs);
    await pause(Math.min(asked, longestWaitMs), { monitor, service });
    try {
      latest = await service.exchange({ method: 'GET', uri: monitor });
      const end = endIn(latest, service);
      if (end) return { task: monitor, ...end };
      failures = 0;
    } catch (cause) {
      if (cause instanceof PermanentError) throw cause;
      failures += 1;
      const again = cause instanceof RetryableError && service.signal?.aborted !== true;
      if (!again || failures === mostFailures) throw lost(monitor, cause);
    }
  }
}

/** Undefined: it goes on. */
function endIn(response: HttpResponse, service: RedfishService): JsonObject | undefined {
  const { status } = response;
  if (status === 202) return undefined;
  // The task has ended, and its monitor has been deleted since.
  if (status === 404 || status === 410) return { note: 'the task monitor is gone' };
  const problem = problemOf(response, service.host);
  if (status === 401 || status === 403) throw new UnknownOutcomeError(problem);
  if (status >= 500 || status === 429 || status === 408) throw new RetryableError(problem);
  if (status >= 300) throw new PermanentError(problem);
  const { TaskState: state, Messages: messages = [] } = taskOf(response) ?? { TaskState: 'Completed' };
  if (failed.has(state)) {
    throw new PermanentError(`the task at ${service.host} ended as ${state}: ${wordsOfMessages(messages)}`);
  }
  return state === 'Completed' ? { state } : undefined;
}

function taskOf({ body }: HttpResponse): z.output<typeof task> | undefined {
  return task.safeParse(jsonOf(body)).data;
}

async function pause(
  ms: number,
  { monitor, service }: { readonly monitor: string; readonly service: RedfishService },
): Promise<void> {
  try {
    await sleep(ms, undefined, service.signal && { signal: service.signal });
  } catch (cause) {
    throw lost(monitor, cause);
  }
}

function lost(monitor: string, cause: unknown): UnknownOutcomeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UnknownOutcomeError(`what became of the task ${monitor} is not known: ${reason}`, { cause });
}
