import { randomUUID } from 'node:crypto';
import type { Connect, Lookup } from '../connect.ts';
import type { Extensions } from '../extension.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http.ts';
import type { JsonValue } from '../json.ts';
import type { Logger } from '../logger.ts';
import type { ActionContext, AnyAction, EventView, ObjectView, TestContext } from '../object-type.ts';

/** One HTTP exchange of an action: exactly one of `response` and `error` is there. */
export interface TestExchange {
  readonly request: HttpRequest;
  readonly response?: HttpResponse;
  readonly error?: unknown;
}

/** What an action kept with `record`. */
export interface TestRecord {
  readonly sent?: JsonValue;
  readonly received?: JsonValue;
}

/** What came of one attempt. */
export interface TestOutcome {
  /** What the action returned. */
  readonly result: JsonValue | undefined;
  readonly exchanges: readonly TestExchange[];
  readonly records: readonly TestRecord[];
}

/** What came of trying an object out. */
export type TrialOutcome = Omit<TestOutcome, 'records'>;

/** What a test may say of an attempt; the rest has plain defaults. */
export interface AttemptOptions {
  /** What set the run off. Default: a `task.run` without data. */
  readonly event?: Partial<EventView>;
  /** Default 1. */
  readonly attempt?: number;
  readonly task?: { readonly id: string; readonly name: string };
  /** Default: a random UUID. */
  readonly idempotencyKey?: string;
  /** Default: now. */
  readonly createdAt?: Date;
  readonly signal?: AbortSignal;
}

interface Attempt extends AttemptOptions {
  readonly object: ObjectView;
  readonly input: unknown;
  readonly http: HttpClient;
  readonly connect: Connect;
  readonly lookup: Lookup;
  readonly extensions: Extensions;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Makes one attempt. Rejects with what the action throws. */
export async function attemptAction(action: AnyAction, attempt: Attempt): Promise<TestOutcome> {
  const exchanges: TestExchange[] = [];
  const records: TestRecord[] = [];
  const context: ActionContext = {
    object: attempt.object,
    input: attempt.input,
    event: {
      id: randomUUID(),
      source: 'test',
      type: 'task.run',
      time: new Date().toISOString(),
      data: {},
      depth: 0,
      ...attempt.event,
    },
    task: attempt.task ?? { id: 'test', name: 'Test' },
    attempt: attempt.attempt ?? 1,
    idempotencyKey: attempt.idempotencyKey ?? randomUUID(),
    createdAt: attempt.createdAt ?? new Date(),
    signal: attempt.signal,
    logger: attempt.logger,
    http: recording(attempt.http, exchanges),
    connect: attempt.connect,
    lookup: attempt.lookup,
    extensions: attempt.extensions,
    record: (part) => {
      records.push(part);
    },
  };
  // `never` is how AnyAction forgets its types; settings and input were parsed by the action's own schemas.
  const result = await action.run(context as never);
  return { result: result ?? undefined, exchanges, records };
}

/** Tries an object out. Rejects with what the type's `test` throws. */
export async function tryObject(
  test: (context: TestContext) => Promise<JsonValue | void>,
  { http, ...given }: TestContext,
): Promise<TrialOutcome> {
  const exchanges: TestExchange[] = [];
  const result = await test({ ...given, http: recording(http, exchanges) });
  return { result: result ?? undefined, exchanges };
}

function recording(http: HttpClient, exchanges: TestExchange[]): HttpClient {
  return {
    async request(request) {
      try {
        const response = await http.request(request);
        exchanges.push({ request, response });
        return response;
      } catch (error) {
        exchanges.push({ request, error });
        throw error;
      }
    },
  };
}
