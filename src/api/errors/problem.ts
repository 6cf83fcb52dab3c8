import {
  errorCodes,
  type ErrorCode,
  type FieldIssue,
  type SignalboxError,
  type UserRef,
} from '../../domain/errors.ts';

export const problemMediaType = 'application/problem+json';

/** An error as the API tells it: RFC 9457 problem details. */
export interface Problem {
  /** Names the kind of problem; `docs/errors.md` describes each. */
  readonly type: `urn:signalbox:error:${ErrorCode}`;
  readonly title: string;
  readonly status: number;
  /** The subject and what is wrong with it. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly action: string;
  /** Dotted path of the offending field, e.g. `events[3].data.level`. */
  readonly field?: string;
  /** Every offending field, when the request was searched for all. */
  readonly errors?: readonly FieldIssue[];
  /** Those that name what was to be deleted, the first 100. */
  readonly usedBy?: readonly UserRef[];
  /** The same id stands in the server's log. */
  readonly requestId: string;
}

export function problemOf(error: SignalboxError, requestId: string): Problem {
  const [status, title, action] = errorCodes[error.code];
  return {
    type: `urn:signalbox:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    action,
    ...(error.field !== undefined && { field: error.field }),
    ...(error.issues.length > 0 && { errors: error.issues }),
    ...(error.usedBy.length > 0 && { usedBy: error.usedBy }),
    requestId,
  };
}

/** Headers that belong to the answer. */
export function problemHeaders(error: SignalboxError): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'content-type': problemMediaType };
  if (error.status === 503 || error.status === 429) headers['retry-after'] = String(error.retryAfter ?? 5);
  if (error.status === 401) headers['www-authenticate'] = 'Bearer realm="signalbox"';
  // RFC 9110, 15.5.16: tells that a compressed body was the trouble, or would be the next.
  if (error.status === 415) headers['accept-encoding'] = 'identity';
  return headers;
}
