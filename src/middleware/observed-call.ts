import type { IncomingMessage, ServerResponse } from 'node:http';
import { redactHeaders, redactUrl, type RawHeaders } from '../sdk/call-redaction.ts';
import { BodyCapture, type CapturedBody } from '../sdk/captured-body.ts';
import type { CallData } from './call-data.ts';

/** A request as Node has it, and what frameworks have put there. */
export type FrameworkRequest = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown };

export interface Observation {
  readonly maxBodyBytes: number;
  /** The body as the framework has parsed it, for when its bytes were not seen. */
  readonly parsedBody: () => unknown;
  /** Told once, when the answer has ended or was cut off. */
  readonly ended: (call: CallData) => void;
  /** Told what went wrong in looking on; nothing of it reaches the application. */
  readonly failed: (error: unknown) => void;
}

/** Runs in the middle of what the application does. */
type Quietly = (look: () => void) => void;

/**
 * Looks on while a call is answered. Nothing is read, paused or held back: the functions through which the bytes pass
 * anyway are looked over the shoulder. Never throws.
 */
export function observe(request: FrameworkRequest, response: ServerResponse, observation: Observation): void {
  const quietly: Quietly = (look) => {
    try {
      look();
    } catch (error) {
      observation.failed(error);
    }
  };
  quietly(() => {
    const describe = watch({ request, response, quietly }, observation);
    response.once('close', () => {
      quietly(() => {
        observation.ended(describe());
      });
    });
  });
}

interface Watched {
  readonly request: FrameworkRequest;
  readonly response: ServerResponse;
  readonly quietly: Quietly;
}

/** Gives what describes the call once it has ended. */
function watch(watched: Watched, { maxBodyBytes, parsedBody }: Observation): () => CallData {
  const { request, response } = watched;
  const startedAt = performance.now();
  const url = request.originalUrl ?? request.url ?? '/';
  const sent = watchRequest(watched, maxBodyBytes);
  const answered = watchResponse(watched, maxBodyBytes);
  const headersOf = watchHeaders(watched);
  return () => {
    const complete = response.writableFinished;
    const headers = headersOf();
    return {
      request: {
        method: request.method ?? 'GET',
        url: redactUrl(url),
        headers: redactHeaders(request.headers),
        ...(maxBodyBytes > 0 && requestBody(sent(), parsedBody, maxBodyBytes)),
      },
      response: {
        status: response.statusCode,
        headers: redactHeaders(headers),
        ...(hasNoBody(request, response) ? {} : answered(kindOf(headers))),
      },
      durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
      ...(!complete && { error: 'the caller went away before the end of the answer' }),
    };
  };
}

function watchRequest({ request, quietly }: Watched, limit: number): () => CapturedBody {
  const capture = new BodyCapture(limit);
  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    quietly(() => {
      if (chunk instanceof Uint8Array) capture.add(chunk);
    });
    return push(chunk, encoding);
  };
  return () => capture.result(kindOf(request.headers));
}

function watchResponse(
  { response, quietly }: Watched,
  limit: number,
): (kind: ReturnType<typeof kindOf>) => CapturedBody {
  const capture = new BodyCapture(limit);
  const see = (chunk: unknown, encoding: unknown): void => {
    if (chunk instanceof Uint8Array) capture.add(chunk);
    else if (typeof chunk === 'string')
      capture.addText(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  };
  for (const name of ['write', 'end'] as const) {
    // Their many forms are left as they are: all arguments go through, only the first two are looked at.
    const original = response[name].bind(response) as (...args: unknown[]) => never;
    response[name] = (...args: unknown[]) => {
      quietly(() => {
        see(args[0], args[1]);
      });
      return original(...args);
    };
  }
  return (kind) => (limit > 0 ? capture.result(kind) : {});
}

/** `getHeaders` does not know those that are only given to `writeHead`. */
function watchHeaders({ response, quietly }: Watched): () => RawHeaders {
  let written: RawHeaders = {};
  const original = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    quietly(() => {
      written = headersIn(args.at(-1));
    });
    return original(...args);
  };
  return () => ({ ...response.getHeaders(), ...written });
}

/** An object, or names and values in turn. */
function headersIn(given: unknown): RawHeaders {
  if (typeof given !== 'object' || given === null) return {};
  const pairs: readonly (readonly [unknown, unknown])[] = Array.isArray(given)
    ? given.flatMap((name: unknown, i) => (i % 2 === 0 ? [[name, given[i + 1] as unknown] as const] : []))
    : Object.entries(given);
  return Object.fromEntries(
    pairs.map(([name, value]) => [String(name).toLowerCase(), value as RawHeaders[string]]),
  );
}

/** Bytes that were there before the observation began are only known by what the framework made of them. */
function requestBody(captured: CapturedBody, parsedBody: () => unknown, limit: number): CapturedBody {
  if (captured.body !== undefined || captured.truncated === true || captured.binary === true) return captured;
  const parsed = parsedBody();
  if (typeof parsed !== 'object' || parsed === null || Object.keys(parsed).length === 0) return captured;
  const capture = new BodyCapture(limit);
  const json: unknown = JSON.stringify(parsed);
  // There is none where a `toJSON` says so.
  if (typeof json === 'string') capture.addText(json);
  return capture.result({ contentType: 'application/json' });
}

function hasNoBody({ method }: IncomingMessage, { statusCode }: ServerResponse): boolean {
  return method === 'HEAD' || statusCode === 204 || statusCode === 304;
}

function kindOf(headers: RawHeaders): { readonly contentType: string; readonly contentEncoding: string } {
  const text = (value: RawHeaders[string]): string => (value === undefined ? '' : String(value));
  return { contentType: text(headers['content-type']), contentEncoding: text(headers['content-encoding']) };
}
