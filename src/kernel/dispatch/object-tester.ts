import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { ObjectRecord } from '../../domain/records.ts';
import type { AnyObjectType, JsonValue, TestContext } from '../../sdk/index.ts';
import { withTimeLimit } from '../../sdk/time-limit.ts';
import { EgressHttp, type WaysOut } from '../egress/egress-http.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { inScope, type PluginScope } from '../plugins/plugin-scope.ts';
import { AttemptRecorder } from './attempt-recorder.ts';
import { redactedLogger } from './redacted-logger.ts';
import { policyOf, targetView, type TargetView } from './target-view.ts';
import { messageOf } from './verdict.ts';

/** What came of trying an object out. */
export interface ObjectTest {
  readonly ok: boolean;
  /** @format double */
  readonly durationMs: number;
  /** What the type's `test` returned. */
  readonly result?: JsonValue;
  /** Why it failed. */
  readonly error?: string;
  /** The last exchange, secrets taken out. */
  readonly sent?: JsonValue;
  readonly received?: JsonValue;
}

/** The least time that a test gets, ms. */
const leastTime = 30_000;

/** Tries objects out, at once and outside of the queue: no event, no run, and nothing is stored or changed. */
@Injectable()
export class ObjectTester implements OnModuleDestroy {
  readonly #shutdown = new AbortController();

  constructor(
    private readonly registry: PluginRegistry,
    @Inject(EgressHttp) private readonly out: WaysOut,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /**
   * A test that fails is an answer, too. Throws only when there is nothing to run: OBJECT_TYPE_UNKNOWN, NOT_FOUND
   * when the type has no test, SETTINGS_INVALID when the settings do not fit the type any more.
   */
  async test(object: ObjectRecord): Promise<ObjectTest> {
    const type = this.#testable(object);
    const target = targetView(object, type);
    const recorder = new AttemptRecorder(this.out.client, target.redact);
    const begun = performance.now();
    const ending = await this.#run(type, target, recorder).then(
      (result) => ({ ok: true, ...(result !== undefined && { result: recorder.value(result) }) }),
      (error: unknown) => ({ ok: false, error: recorder.text(messageOf(error)) }),
    );
    return { ...ending, durationMs: Math.round((performance.now() - begun) * 10) / 10, ...recorder.parts };
  }

  /** A test must not keep a stop waiting. */
  onModuleDestroy(): void {
    this.#shutdown.abort(new Error('Signalbox was stopped while the test ran'));
  }

  #testable({ type: name }: ObjectRecord): AnyObjectType {
    const type = this.registry.type(name);
    if (!type) throw new SignalboxError('OBJECT_TYPE_UNKNOWN', `no plugin declares the object type ${name}`);
    if (!type.test) throw new SignalboxError('NOT_FOUND', `objects of type ${name} have no test`);
    return type;
  }

  async #run(
    type: AnyObjectType,
    { view: object }: TargetView,
    recorder: AttemptRecorder,
  ): Promise<JsonValue | undefined> {
    const { signal: shutdown } = this.#shutdown;
    shutdown.throwIfAborted();
    if (!this.registry.available(type.name)) throw new Error(`the plugin of ${type.name} is not up`);
    const ms = timeFor(type, object.settings);
    const { http, redact } = recorder;
    const { connect, lookup } = this.out;
    const { extensions: offered } = this.registry;
    const abort = new AbortController();
    const { signal } = abort;
    const logger = redactedLogger(this.logger.child({ test: `${object.type}/${object.key}` }), redact);
    const scope: PluginScope = {
      attempt: recorder,
      // From a timer or a promise that the test did not wait for: it must not end the process.
      fail: (error) => {
        logger.error({ err: error }, 'An error escaped from a test');
      },
    };
    try {
      const work = callTest(
        type,
        { object, signal, logger, http, connect, lookup, extensions: (point) => offered.at(point) },
        scope,
      );
      const message = `no result after ${String(ms)} ms`;
      return await withTimeLimit(work, { ms, message, signal: shutdown });
    } catch (error) {
      // The test's listeners run in it.
      inScope(scope, () => {
        abort.abort();
      });
      throw error;
    }
  }
}

async function callTest(
  type: AnyObjectType,
  context: TestContext,
  scope: PluginScope,
): Promise<JsonValue | undefined> {
  // The settings have been parsed by the schema that the test was typed with.
  return (await inScope(scope, () => type.test?.(context as never))) ?? undefined;
}

/** As long as an action on the object may take. */
function timeFor({ actions = {} }: AnyObjectType, settings: unknown): number {
  const limits = Object.values(actions).map((action) => policyOf(action, settings).timeoutMs);
  return Math.max(leastTime, ...limits);
}
