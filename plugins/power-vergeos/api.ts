import {
  excerpt,
  NoAnswerError,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
  z,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
} from 'signalbox/sdk';
import type { VergeosSettings } from './settings.ts';

/** One VergeOS system. */
export interface Access {
  readonly http: HttpClient;
  readonly settings: VergeosSettings;
  readonly signal?: AbortSignal | undefined;
}

export interface Reading<T> {
  /** Under `/api/v4/`. */
  readonly path: string;
  readonly query: Readonly<Partial<Record<'fields' | 'filter' | 'limit', string>>>;
  /** In words, for a 404. */
  readonly missing: string;
  readonly schema: z.ZodType<T>;
}

/** A list of thousands of machines, a few fields each. */
const maxBodyBytes = 4 * 1024 * 1024;

export async function read<T>(access: Access, { path, query, missing, schema }: Reading<T>): Promise<T> {
  const url = new URL(`/api/v4/${path}`, access.settings.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await send(access, { method: 'GET', url: url.href, maxBodyBytes });
  if (response.status === 200) return parse(response, access, schema);
  const problem = describe(response, access);
  if (response.status === 404) throw new PermanentError(`${missing} (${problem})`);
  if (isPassing(response.status)) throw new RetryableError(problem);
  throw refusal(response, problem);
}

/** What came of a POST that was not refused. */
export interface Accepted {
  readonly status: number;
  /** What the system says when there was nothing to do (409). */
  readonly conflict?: string;
}

/** Posts once. What may have been acted on, but was not answered for, is an `UnknownOutcomeError`. */
export async function act(
  access: Access,
  { path, body, missing }: { readonly path: string; readonly body: object; readonly missing: string },
): Promise<Accepted> {
  const { href: url } = new URL(`/api/v4/${path}`, access.settings.url);
  const headers = [['content-type', 'application/json']] as const;
  const response = await send(access, { method: 'POST', url, headers, body: JSON.stringify(body) }).catch(
    (cause: unknown) => {
      if (cause instanceof NoAnswerError) throw new UnknownOutcomeError(cause.message, { cause });
      throw cause;
    },
  );
  const { status } = response;
  if (status >= 200 && status < 300) return { status };
  const problem = describe(response, access);
  if (status === 409) return { status, conflict: problem };
  if (status === 404) throw new PermanentError(`${missing} (${problem})`);
  if (notBegun.has(status)) throw new RetryableError(problem);
  if (isPassing(status)) throw new UnknownOutcomeError(problem);
  throw refusal(response, problem);
}

/** Too many requests, not ready, not enough memory or cores in the cluster: nothing was started. */
const notBegun = new Set([429, 503, 507]);

function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

function send({ http, settings, signal }: Access, request: HttpRequest): Promise<HttpResponse> {
  const { apiKey, allowInsecureCertificates, timeout } = settings;
  return http.request({
    ...request,
    headers: [
      ['authorization', `Bearer ${apiKey}`],
      ['accept', 'application/json'],
      ...(request.headers ?? []),
    ],
    allowInsecureCertificates,
    timeoutMs: timeout * 1_000,
    ...(signal && { signal }),
  });
}

function refusal({ status }: HttpResponse, problem: string): PermanentError {
  if (status === 401) {
    return new PermanentError(
      `${problem}: the API key is not accepted; has it expired or been deleted, and do its IP lists allow this machine?`,
    );
  }
  if (status === 403) {
    return new PermanentError(`${problem}: the user of the API key lacks the permission for this`);
  }
  return new PermanentError(problem);
}

const failure = z.union([
  z.object({ err: z.string() }).transform(({ err }) => err),
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

/** `HTTP 409 from vergeos.example.com: Cannot power on VM: already in running state` */
function describe({ status, body }: HttpResponse, { settings }: Access): string {
  const { data: words } = failure.safeParse(jsonOf(body));
  const answer = `HTTP ${status} from ${new URL(settings.url).host}`;
  return words === undefined ? answer : `${answer}: ${excerpt(words, { longest: 300 })}`;
}

function parse<T>({ body, truncated }: HttpResponse, { settings }: Access, schema: z.ZodType<T>): T {
  const { host } = new URL(settings.url);
  if (truncated) throw new PermanentError(`the answer of ${host} is longer than ${maxBodyBytes} bytes`);
  const { data, error } = schema.safeParse(jsonOf(body));
  if (error) {
    const cause = z.prettifyError(error);
    throw new PermanentError(`${host} did not answer as VergeOS does: ${cause}`, { cause: error });
  }
  return data;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
