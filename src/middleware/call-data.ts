import type { CapturedBody } from '../sdk/captured-body.ts';

/** One call of the application, as the data of a `route.completed` or `route.failed`. */
export interface CallData {
  readonly request: {
    /** As the request has it: `POST`. */
    readonly method: string;
    /** Path and query, secrets left out. */
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  } & CapturedBody;
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
  } & CapturedBody;
  /** From the request to the end of the answer. */
  readonly durationMs: number;
  /** What went wrong: the caller went away. */
  readonly error?: string;
}
