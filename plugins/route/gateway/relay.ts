import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from './exchange.ts';
import { failureOf } from './failure.ts';
import type { Answer } from './gateway-call.ts';
import { HeldEnd } from './held-end.ts';
import { refuse } from './refusal.ts';

/** An answer whose body is on its way. */
export interface StreamedAnswer extends Answer {
  readonly body: Readable;
}

/**
 * Sends an answer to the caller as it comes in. Its end waits until the event is stored: a crash in between leaves a
 * caller that knows it has no answer, not a call that nobody heard of.
 */
export async function relay(
  { call, target }: Exchange,
  answer: StreamedAnswer,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = answer;
  // First of all listeners, so that it is not taken for the caller's fault when the rest is torn down.
  body.once('error', (error) => void call.fail(failureOf(error, target).error));
  call.answered(answer);
  try {
    response.writeHead(status, headers as Record<string, string | string[]>);
    if (mayHaveBody(answer, response)) sendHeadersSoon(body, response);
    const end = new HeldEnd({
      saw: call.received,
      settled: () => call.complete(),
      announced: lengthOf(headers),
    });
    await pipeline(body, end, response);
  } catch (error) {
    const failure = failureOf(error, target);
    const told = call.fail(failure.error);
    body.destroy();
    if (!response.headersSent) await told;
    // Nothing can be added to an answer that has begun; the caller learns of it by the cut.
    refuse(response, failure.status, failure.detail);
  }
}

/** An answer without a body ends with its headers, and its end has to wait. */
function mayHaveBody({ status, headers }: Answer, { req }: ServerResponse): boolean {
  return req.method !== 'HEAD' && status !== 204 && status !== 304 && lengthOf(headers) !== 0;
}

/** Node keeps headers back for the first piece of the body. What has all of it at hand needs one packet only. */
function sendHeadersSoon(body: Readable, response: ServerResponse): void {
  setImmediate(() => {
    if (!body.readableEnded && !response.destroyed) response.flushHeaders();
  });
}

function lengthOf({ 'content-length': length }: Answer['headers']): number | undefined {
  return length === undefined ? undefined : Number(length);
}
