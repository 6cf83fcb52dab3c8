import { Inject, Injectable } from '@nestjs/common';
import type { AttemptRecord } from '../../domain/records.ts';
import type { ActionContext } from '../../sdk/index.ts';
import { EgressHttp, type WaysOut } from '../egress/egress-http.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { inScope, type PluginScope } from '../plugins/plugin-scope.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { QueuedRun, Settlement } from '../ports.ts';
import { eventView } from '../routing/event-view.ts';
import { secretValues } from '../redaction/redactor.ts';
import { ResourceIndex } from '../resources/resource-index.ts';
import { splitName } from '../../domain/records.ts';
import { AttemptRecorder } from './attempt-recorder.ts';
import type { Performed } from './performed.ts';
import type { PreparedTarget } from './preparation.ts';
import { redactedError, redactedLogger } from './redacted-logger.ts';
import { RenderedInput } from './rendered-input.ts';
import { judge, lastWords, type Ending, type Verdict } from './verdict.ts';

/** Milliseconds that an action has to say, after a shutdown has aborted it, whether it has done anything. */
const lastWordsMs = 500;

/** Carries out one attempt of one run. */
@Injectable()
export class Runner {
  constructor(
    private readonly inputs: RenderedInput,
    private readonly index: ResourceIndex,
    private readonly registry: PluginRegistry,
    @Inject(EgressHttp) private readonly out: WaysOut,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  async perform(queued: QueuedRun, target: PreparedTarget, shutdown: AbortSignal): Promise<Performed> {
    const startedAt = Date.now();
    const begun = performance.now();
    const recorder = new AttemptRecorder(this.out.client, target.redact);
    // Before anything is said of it: filling it in may fail, too.
    recorder.learn(secretValues(target.action.input, queued.run.input));
    const ending = await this.#act({ queued, target, recorder, shutdown });
    const attempt = queued.run.attempts + 1;
    const verdict = judge(ending, { idempotent: target.action.idempotent, policy: target.policy, attempt });
    const durationMs = Math.round((performance.now() - begun) * 10) / 10;
    const settlement = settlementOf({ queued, verdict, ending, recorder, startedAt, durationMs });
    const answer = answerOf(verdict, recorder);
    return {
      settlement,
      ...(answer && { answer }),
      ...(ending.kind === 'error' && { error: ending.error }),
    };
  }

  async #act(work: {
    readonly queued: QueuedRun;
    readonly target: PreparedTarget;
    readonly recorder: AttemptRecorder;
    readonly shutdown: AbortSignal;
  }): Promise<Ending> {
    const { target, shutdown } = work;
    if (shutdown.aborted) return { kind: 'not begun' };
    const abort = new AbortController();
    const scope = this.#scopeOf(work.queued, work.recorder);
    return new Promise((resolve) => {
      const end = (ending: Ending): void => {
        clearTimeout(timer);
        shutdown.removeEventListener('abort', shutDown);
        resolve(ending);
      };
      const stop = (ending: Ending) => (): void => {
        end(ending);
        // The action's listeners run in it.
        inScope(scope, () => {
          abort.abort();
        });
      };
      let cutOff = false;
      const shutDown = (): void => {
        if (target.action.idempotent) {
          stop({ kind: 'shutdown' })();
          return;
        }
        cutOff = true;
        clearTimeout(timer);
        timer = setTimeout(end, lastWordsMs, { kind: 'shutdown' });
        inScope(scope, () => {
          abort.abort();
        });
      };
      let timer = setTimeout(
        stop({ kind: 'timeout', afterMs: target.policy.timeoutMs }),
        target.policy.timeoutMs,
      );
      shutdown.addEventListener('abort', shutDown, { once: true });
      void this.#call(work, scope, abort.signal).then((ending) => {
        end(cutOff ? lastWords(ending) : ending);
      });
    });
  }

  /** Never rejects. An action that goes on after it was aborted is heard no more. */
  async #call(
    { queued, target, recorder }: { queued: QueuedRun; target: PreparedTarget; recorder: AttemptRecorder },
    scope: PluginScope,
    signal: AbortSignal,
  ): Promise<Ending> {
    try {
      const context = this.#context({ queued, target, recorder, signal });
      // Input and settings have been parsed by the schemas that the action was typed with.
      const result = await inScope(scope, () => target.action.run(context as never));
      return { kind: 'done', result: result ?? undefined };
    } catch (error) {
      return { kind: 'error', error };
    }
  }

  /** For what comes from a timer or a promise that the action did not wait for: it must not end the process. */
  #scopeOf({ run, event }: QueuedRun, recorder: AttemptRecorder): PluginScope {
    const fields = { run: run.id, action: run.action };
    return {
      cause: { id: event.id, depth: event.depth },
      attempt: recorder,
      fail: (error) => {
        this.logger.error(
          { err: redactedError(error, recorder.redact), ...fields },
          'An error escaped from an action',
        );
      },
    };
  }

  #context(work: {
    readonly queued: QueuedRun;
    readonly target: PreparedTarget;
    readonly recorder: AttemptRecorder;
    readonly signal: AbortSignal;
  }): ActionContext {
    const { queued, target, recorder, signal } = work;
    const { run, event } = queued;
    const object =
      event.object === undefined ? undefined : this.index.object(splitName(event.type).type, event.object);
    const { logger } = this;
    const input = this.inputs.of(queued, target.action.input);
    recorder.learn(secretValues(target.action.input, input));
    return {
      object: target.view,
      input,
      event: eventView(event, object),
      task: { id: run.taskId, name: run.taskName },
      attempt: run.attempts + 1,
      idempotencyKey: run.id,
      createdAt: new Date(run.createdAt),
      signal,
      get logger() {
        return redactedLogger(
          logger.child({ run: run.id, action: run.action, target: run.target }),
          recorder.redact,
        );
      },
      http: recorder.http,
      connect: this.out.connect,
      lookup: this.out.lookup,
      extensions: (point) => this.registry.extensions.at(point),
      record: (part) => {
        recorder.record(part);
      },
    };
  }
}

/** An attempt that came to nothing without an answer, since the input did not do, say, tells nothing of the target. */
function answerOf({ state, refused }: Verdict, { parts }: AttemptRecorder): Performed['answer'] {
  if (refused) return 'failed';
  return state === 'succeeded' || (state === 'failed' && parts.received !== undefined)
    ? 'answered'
    : undefined;
}

function settlementOf(done: {
  readonly queued: QueuedRun;
  readonly verdict: Verdict;
  readonly ending: Ending;
  readonly recorder: AttemptRecorder;
  readonly startedAt: number;
  readonly durationMs: number;
}): Settlement {
  const { queued, verdict, startedAt } = done;
  const { run } = queued;
  const { state, outcome, reason, delayMs } = verdict;
  const now = Date.now();
  const counted = outcome !== undefined;
  return {
    runId: run.id,
    state,
    ...(reason !== undefined && { reason: done.recorder.text(reason) }),
    attempts: run.attempts + (counted ? 1 : 0),
    dueAt: delayMs === undefined ? run.dueAt : now + delayMs,
    startedAt,
    ...((state === 'succeeded' || state === 'failed') && { finishedAt: now }),
    ...(counted && { attempt: attemptOf(done, outcome) }),
  };
}

function attemptOf(
  done: Parameters<typeof settlementOf>[0],
  outcome: AttemptRecord['outcome'],
): AttemptRecord {
  const { queued, verdict, ending, recorder, startedAt, durationMs } = done;
  const result = ending.kind === 'done' ? ending.result : undefined;
  return {
    runId: queued.run.id,
    number: queued.run.attempts + 1,
    startedAt,
    durationMs,
    outcome,
    ...(verdict.error !== undefined && { error: recorder.text(verdict.error) }),
    ...recorder.parts,
    ...(result !== undefined && { result: recorder.value(result) }),
  };
}
