import { errors } from 'undici';
import { PermanentError, RetryableError } from './errors.ts';
import { codeOf, networkProblem } from './network-problem.ts';

const closedEarly = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** What happened on the way to `address` (`host:port`), as an error that tells the kernel what to do next; a `Failure` unless it would fail again. */
export function toHttpError(
  error: unknown,
  address: string,
  Failure: typeof RetryableError,
): PermanentError | RetryableError {
  if (error instanceof PermanentError || error instanceof RetryableError) return error;
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) {
    return new PermanentError(`the request cannot be sent: ${error.message}`, { cause: error });
  }
  return new Failure(describe(error, address), { cause: error });
}

/** The same in words: connection refused by 10.0.0.5:3000. */
export function httpProblem(error: unknown, address: string): string {
  return toHttpError(error, address, RetryableError).message;
}

function describe(error: unknown, address: string): string {
  const known = networkProblem(error, address);
  if (known !== undefined) return known;
  const code = codeOf(error);
  if (closedEarly.has(code)) return `${address} closed the connection before its answer was complete`;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return `${address} answered with more than 16 KiB of headers`;
  if (error instanceof errors.HTTPParserError) return `${address} did not answer in HTTP/1.1`;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return `${address} does not speak TLS; does the URL need http:// instead of https://?`;
  }
  return `request to ${address} failed: ${messageOf(error)}`;
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error && 'message' in error ? String(error.message) : String(error);
}
