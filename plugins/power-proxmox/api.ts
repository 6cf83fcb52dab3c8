import {
  excerpt,
  NoAnswerError,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
  z,
  type HttpClient,
  type HttpResponse,
} from 'signalbox/sdk';
import type { ProxmoxSettings } from './settings.ts';

/** One cluster. */
export interface Access {
  readonly http: HttpClient;
  readonly settings: ProxmoxSettings;
  readonly signal?: AbortSignal | undefined;
}

/** A list of ten thousand guests. */
const maxBodyBytes = 8 * 1024 * 1024;

/** `data` of what is answered to `GET /api2/json/<path>`. */
export async function read<T>(access: Access, path: string, schema: z.ZodType<T>): Promise<T> {
  const response = await send(access, 'GET', path);
  if (response.status === 200) return parse(response, access, schema);
  const problem = describe(response, access);
  // 501: there is no such call, so this is something else than Proxmox VE.
  if (response.status >= 500 && response.status !== 501) throw new RetryableError(problem);
  throw refusal(response, problem);
}

/** The task that a POST has started, or why it was not begun. */
export type Started = { readonly upid: string } | { readonly refused: string };

/** Posts once. What may have been acted on, but was not answered for, is an `UnknownOutcomeError`. */
export async function start(access: Access, path: string): Promise<Started> {
  const response = await send(access, 'POST', path).catch((cause: unknown) => {
    if (cause instanceof NoAnswerError) throw new UnknownOutcomeError(cause.message, { cause });
    throw cause;
  });
  const { status } = response;
  if (status === 200) return { upid: parseUpid(response, access) };
  const problem = describe(response, access);
  if (notBegun.has(status)) return { refused: problem };
  if (status >= 500 && status !== 501) throw new UnknownOutcomeError(problem);
  throw refusal(response, problem);
}

/**
 * 500: the call was refused before it became a task. 503: not ready. 595: the node that has the guest cannot be
 * reached. Other answers above 595 are a connection to it that broke, perhaps after it had heard.
 */
const notBegun = new Set([500, 503, 595]);

function send({ http, settings, signal }: Access, method: string, path: string): Promise<HttpResponse> {
  const { url, tokenId, tokenSecret, allowInsecureCertificates, timeout } = settings;
  return http.request({
    method,
    url: new URL(`/api2/json/${path}`, url).href,
    headers: [
      ['authorization', `PVEAPIToken=${tokenId}=${tokenSecret}`],
      ['accept', 'application/json'],
    ],
    allowInsecureCertificates,
    timeoutMs: timeout * 1_000,
    maxBodyBytes,
    ...(signal && { signal }),
  });
}

function refusal({ status }: HttpResponse, problem: string): PermanentError {
  if (status === 401) {
    return new PermanentError(
      `${problem}: the API token is not accepted; do its ID and secret fit, is it expired, and is its user enabled?`,
    );
  }
  if (status === 403) {
    return new PermanentError(
      `${problem}: the API token lacks a privilege; it needs VM.Audit and VM.PowerMgmt on /vms or on the guest`,
    );
  }
  return new PermanentError(problem);
}

const failure = z.object({ message: z.string(), errors: z.record(z.string(), z.string()).optional() });

/** `HTTP 403 from pve1.example.com:8006: Permission check failed (/vms/101, VM.PowerMgmt)` */
function describe({ status, body }: HttpResponse, { settings }: Access): string {
  const answer = `HTTP ${status} from ${new URL(settings.url).host}`;
  // Versions before 8.4 have the reason in the status line only.
  const { data } = failure.safeParse(jsonOf(body));
  if (!data) return answer;
  const fields = Object.entries(data.errors ?? {}).map(([name, problem]) => `${name}: ${problem.trim()}`);
  return `${answer}: ${excerpt([data.message.trim(), ...fields].join('; '), { longest: 300 })}`;
}

function parse<T>({ body, truncated }: HttpResponse, { settings }: Access, schema: z.ZodType<T>): T {
  const { host } = new URL(settings.url);
  if (truncated) throw new PermanentError(`the answer of ${host} is longer than ${maxBodyBytes} bytes`);
  const { data, error } = z.object({ data: schema }).safeParse(jsonOf(body));
  if (error) {
    const cause = z.prettifyError(error);
    throw new PermanentError(`${host} did not answer as Proxmox VE does: ${cause}`, { cause: error });
  }
  return data.data;
}

function parseUpid(response: HttpResponse, access: Access): string {
  try {
    return parse(response, access, z.string().regex(/^UPID:[^:]+:/));
  } catch (cause) {
    throw new UnknownOutcomeError(String(cause), { cause });
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
