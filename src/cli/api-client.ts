import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream';
import { z } from '../sdk/schema.ts';
import { CliError, UnreachableError } from './cli-error.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';

export interface ApiClientOptions {
  /** Where Signalbox listens, e.g. `http://127.0.0.1:4280`. */
  readonly url: string;
  readonly token?: string | undefined;
  /** What to do when the token is not accepted. */
  readonly tokenRemedy?: string | undefined;
}

export interface ApiRequest<Answer> {
  /** Default: POST with a body, else GET. */
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** ETag that the resource must still have. */
  readonly ifMatch?: string | undefined;
  /** There must be none yet. */
  readonly onlyNew?: boolean | undefined;
  /** An empty answer is undefined. */
  readonly answer: z.ZodType<Answer>;
  readonly signal?: AbortSignal | undefined;
  /** For the whole answer, ms. Default: 30 s. */
  readonly timeoutMs?: number | undefined;
}

/** An answer, and what its head says. */
export interface Retrieved<Answer> {
  readonly answer: Answer;
  readonly status: number;
  readonly etag: string | undefined;
}

export interface StreamRequest extends Pick<ApiRequest<unknown>, 'path' | 'query' | 'signal'> {
  /** What came last, to go on after it. */
  readonly lastEventId?: string | undefined;
}

/** Speaks with a running Signalbox. Everything that goes wrong comes as a CliError. */
export interface ApiClient {
  request<Answer>(request: ApiRequest<Answer>): Promise<Answer>;
  retrieve<Answer>(request: ApiRequest<Answer>): Promise<Retrieved<Answer>>;
  /** Server-sent events, until the signal is aborted; an end that the server makes is an UnreachableError. */
  stream(request: StreamRequest): AsyncIterable<EventSourceMessage>;
}

const usualTimeoutMs = 30_000;
/** A server sends a heartbeat every 15 s. */
const silenceMs = 60_000;

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { url, token } = options;
  if (token !== undefined && !fitsHeader.test(token)) throw malformedToken(options);
  const retrieve: ApiClient['retrieve'] = async (request) => {
    const { answer } = request;
    const address = addressOf(url, request.path, request.query);
    const response = await send(address, initOf(request, token), request.timeoutMs);
    const content = await readJson(response, address);
    if (!response.ok) throw problemError(response, content, { ...options, onlyNew: request.onlyNew });
    const parsed = answer.safeParse(content);
    if (!parsed.success) throw notSignalbox(response, address, parsed.error);
    const etag = response.headers.get('etag') ?? undefined;
    return { answer: parsed.data, status: response.status, etag };
  };
  return {
    retrieve,

    async request(request) {
      return (await retrieve(request)).answer;
    },

    async *stream({ path, query, lastEventId, signal }) {
      const address = addressOf(url, path, query);
      const silence = new AbortController();
      const timer = setTimeout(() => {
        silence.abort(new DOMException('nothing has come for a minute', 'TimeoutError'));
      }, silenceMs);
      const response = await send(address, {
        headers: {
          accept: 'text/event-stream',
          ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        signal: AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]),
      });
      if (!response.ok || !response.body) {
        clearTimeout(timer);
        throw problemError(response, await readJson(response, address), options);
      }
      try {
        const heard = response.body.pipeThrough(heartbeats(timer)).pipeThrough(new TextDecoderStream());
        for await (const message of heard.pipeThrough(new EventSourceParserStream())) yield message;
      } catch (error) {
        throw unreachable(address, error);
      } finally {
        clearTimeout(timer);
      }
      throw unreachable(address, new Error('the server has ended the stream'));
    },
  };
}

/** No token has a blank, a line break or what is beyond ASCII in it; what fetch() says of one would show it. */
const fitsHeader = /^[\x21-\x7e]+$/;

function malformedToken({ tokenRemedy }: ApiClientOptions): CliError {
  return new CliError('the token has characters in it that no token has, such as a blank or a line break', {
    remedy: tokenRemedy ?? 'Give one token, and nothing before or behind it.',
    exit: exitCodes.refused,
  });
}

function initOf(request: ApiRequest<unknown>, token: string | undefined): RequestInit {
  const { method, body, ifMatch, onlyNew, signal, timeoutMs = usualTimeoutMs } = request;
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
      ...(onlyNew && { 'if-none-match': '*' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
  };
}

/** Puts the timer off with everything that comes. */
function heartbeats(timer: NodeJS.Timeout): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      timer.refresh();
      controller.enqueue(chunk);
    },
  });
}

function addressOf(base: string, path: string, query: ApiRequest<unknown>['query'] = {}): URL {
  // Relative to the base, so that a Signalbox behind a path of a proxy is reached, too.
  const address = new URL(path.replace(/^\//, ''), base.endsWith('/') ? base : `${base}/`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.set(name, String(value));
  }
  return address;
}

async function send(address: URL, init: RequestInit, timeoutMs = usualTimeoutMs): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    throw unreachable(address, error, timeoutMs);
  }
}

async function readJson(response: Response, address: URL): Promise<unknown> {
  try {
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) throw notSignalbox(response, address, error);
    throw unreachable(address, error);
  }
}

function unreachable(address: URL, error: unknown, timeoutMs = usualTimeoutMs): CliError {
  const { name, reason } = failureOf(error);
  if (name === 'TimeoutError') {
    return new UnreachableError(`${address.origin} did not answer within ${timeoutMs / 1000} seconds`, {
      remedy: 'See the log of the server, or try again.',
      cause: error,
    });
  }
  return new UnreachableError(`cannot reach Signalbox at ${address.origin}: ${reason}`, {
    remedy:
      'Is Signalbox running? Start it with `signalbox start`, or name another address with --url or SIGNALBOX_URL.',
    cause: error,
  });
}

const failure = z.object({
  name: z.string().optional(),
  message: z.string().optional(),
  code: z.unknown().optional(),
  cause: z.unknown().optional(),
  errors: z.array(z.unknown()).optional(),
});

// fetch() only says "fetch failed"; what failed is in the cause, and in its parts when several addresses were tried.
function failureOf(error: unknown): { readonly name?: string | undefined; readonly reason: string } {
  const { name, message, code, cause, errors } = failure.safeParse(error).data ?? {};
  if (code === 'ECONNREFUSED') return { name, reason: 'connection refused' };
  const inner = cause ?? errors?.[0];
  return inner === undefined ? { name, reason: message ?? String(error) } : { ...failureOf(inner), name };
}

const problem = z.object({
  code: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  action: z.string().optional(),
  field: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  requestId: z.string().optional(),
});

interface ProblemContext extends ApiClientOptions {
  readonly onlyNew?: boolean | undefined;
}

function problemError(response: Response, content: unknown, context: ProblemContext): CliError {
  const { code, title, detail, action, field, errors, requestId } = problem.safeParse(content).data ?? {};
  const there = context.onlyNew === true && code === 'PRECONDITION_FAILED';
  const told = there ? 'there is one by this name already' : detail;
  const message = told ?? title ?? `Signalbox answered ${response.status} ${response.statusText}`;
  // The message of a single error says it already.
  const further = errors?.filter((error) => !saysBoth(message, error)) ?? [];
  const details = further.map((error) => `${error.field}: ${error.message}`);
  if (details.length === 0 && field !== undefined && !message.includes(field))
    details.push(`field: ${field}`);
  if (response.status >= 500 && requestId !== undefined) details.push(`request id: ${requestId}`);
  // What a server answers while it starts or stops, and a proxy in its place.
  const Kind = [502, 503, 504].includes(response.status) ? UnreachableError : CliError;
  return new Kind(message, {
    ...(code !== undefined && { code }),
    details,
    ...(errors && { issues: errors }),
    remedy: remedyOf({ code: there ? 'CONFLICT' : code, detail, action }, context),
    exit: exitCodeOf(response.status),
  });
}

function remedyOf(
  { code = '', detail = '', action }: Pick<z.output<typeof problem>, 'code' | 'detail' | 'action'>,
  { tokenRemedy }: ApiClientOptions,
): string | undefined {
  if (code === 'AUTH_REQUIRED') return tokenRemedy ?? action;
  if (code === 'CONFLICT' && /is (disabled|switched off)/.test(detail))
    return 'Switch it on first, with `enable`.';
  if (code === 'CONFLICT' && detail.includes('set up already')) return 'Log in instead: signalbox login';
  return ownRemedies[code] ?? action;
}

const typesRemedy = 'See with `signalbox types` what there is, or load the plugin that declares it.';

/** Where the API's advice is about requests. */
const ownRemedies: Readonly<Record<string, string>> = {
  IN_USE:
    'Change or remove those that the message names first, or delete it with --force: tasks and triggers are switched off, objects only lose a tag.',
  NOT_FOUND: 'See with `list` what there is.',
  CONFLICT: 'Take another name, or change what is there with `patch` or `replace`.',
  EVENT_TYPE_UNKNOWN: typesRemedy,
  OBJECT_TYPE_UNKNOWN: typesRemedy,
  ACTION_UNKNOWN: typesRemedy,
  PRECONDITION_FAILED: 'Look at what has changed, with `get`, and give the change once more.',
};

function saysBoth(message: string, { field, message: problem }: { field: string; message: string }): boolean {
  return message.includes(field) && message.includes(problem);
}

function notSignalbox(response: Response, address: URL, cause: Error): CliError {
  const type = response.headers.get('content-type') ?? 'no content type';
  return new CliError(`what ${address.origin} answered is not understood (${response.status}, ${type})`, {
    remedy:
      'Is this the address of a Signalbox of this version? Name another one with --url or SIGNALBOX_URL.',
    cause,
  });
}
