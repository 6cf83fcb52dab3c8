import {
  excerpt,
  fillPlaceholders,
  PermanentError,
  RetryableError,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  type JsonValue,
  type TargetValues,
} from 'signalbox/sdk';
import type { HttpSettings, RequestSettings } from './settings.ts';

/** A system that is asked. */
export interface Access {
  readonly http: HttpClient;
  readonly settings: HttpSettings;
  readonly signal?: AbortSignal | undefined;
}

export function send(
  access: Access,
  request: Pick<HttpRequest, 'method' | 'url' | 'body'> & { readonly contentType?: string },
): Promise<HttpResponse> {
  const { http, settings, signal } = access;
  const { contentType, ...rest } = request;
  return http.request({
    ...rest,
    headers: [
      ['accept', 'application/json'],
      ...(contentType === undefined ? [] : ([['content-type', contentType]] as const)),
      ...credentials(settings.auth),
    ],
    allowInsecureCertificates: settings.allowInsecureCertificates,
    timeoutMs: settings.timeout * 1_000,
    ...(signal && { signal }),
  });
}

function credentials(auth: HttpSettings['auth']): readonly (readonly [string, string])[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'bearer':
      return [['authorization', `Bearer ${auth.token}`]];
    case 'basic':
      return [['authorization', `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`]];
    case 'header':
      return [[auth.name, auth.value]];
  }
}

/** The URL of a path, filled in. Nothing that is inserted gets out of the part of the path that it stands in. */
export function urlOf({ url }: HttpSettings, path: string, values: TargetValues): string {
  const filled = fillPlaceholders(path, values, escaped);
  const steps = filled.replace(/[?#].*$/s, '').split('/');
  if (steps.some((step) => /^(?:\.|%2e){1,2}$/i.test(step)))
    throw new PermanentError(`the path ${path} would lead elsewhere: ${filled}`);
  return `${url.replace(/\/$/, '')}${filled}`;
}

function escaped(value: string): string {
  // Half a character cannot be escaped.
  return encodeURIComponent(value.toWellFormed());
}

/** Body and type of it. */
export function bodyOf(
  { body, form }: Pick<RequestSettings, 'body' | 'form'>,
  values: TargetValues,
): { readonly body?: string; readonly contentType?: string } {
  if (form) {
    const fields = Object.entries(form).map(([name, text]): [string, string] => [
      name,
      fillPlaceholders(text, values),
    ]);
    return {
      body: new URLSearchParams(fields).toString(),
      contentType: 'application/x-www-form-urlencoded',
    };
  }
  if (body === undefined) return {};
  return { body: JSON.stringify(filledIn(body, values)), contentType: 'application/json' };
}

function filledIn(value: JsonValue, values: TargetValues): JsonValue {
  if (typeof value === 'string') return fillPlaceholders(value, values);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner: JsonValue) => filledIn(inner, values));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, JsonValue]) => [name, filledIn(inner, values)]),
  );
}

/** `HTTP 403 from idp.example.com: no rights` */
export function describe({ status, body }: HttpResponse, { settings }: Access): string {
  const words = shown(body, { settings }, 200).replaceAll(/\s+/g, ' ');
  return `HTTP ${String(status)} from ${new URL(settings.url).host}${words && `: ${words}`}`;
}

/** The beginning of what it says, without the credentials that it was asked with. */
export function shown(text: string, { settings }: Pick<Access, 'settings'>, longest: number): string {
  return excerpt(text, { longest, secrets: secretsOf(settings.auth) });
}

function secretsOf(auth: HttpSettings['auth']): readonly string[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'bearer':
      return [auth.token];
    case 'basic':
      return [auth.password];
    case 'header':
      return [auth.value];
  }
}

/** Nothing was done: too many requests, or not ready. */
export function isBusy({ status }: HttpResponse): boolean {
  return status === 429 || status === 503;
}

export function busy(response: HttpResponse, access: Access): RetryableError {
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = seconds > 0 ? seconds * 1_000 : undefined;
  return new RetryableError(describe(response, access), { retryAfterMs });
}
