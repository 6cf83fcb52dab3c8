import { errors } from 'undici';
import { PermanentError, RetryableError } from './errors.ts';
import { ConnectTimeoutError, connectTimeoutMs } from './http-connector.ts';

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

const closedEarly = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** What happened on the way to `address` (`host:port`), as an error that tells the kernel what to do next. */
export function toHttpError(error: unknown, address: string): PermanentError | RetryableError {
  if (error instanceof PermanentError || error instanceof RetryableError) return error;
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) {
    return new PermanentError(`the request cannot be sent: ${error.message}`, { cause: error });
  }
  return new RetryableError(describe(error, address), { cause: error });
}

function describe(error: unknown, address: string): string {
  if (error instanceof ConnectTimeoutError) {
    return `connecting to ${address} took longer than ${connectTimeoutMs} ms`;
  }
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return `connection refused by ${address}`;
  if (code === 'ENOTFOUND') return `host name of ${address} not found`;
  if (code === 'EAI_AGAIN')
    return `host name of ${address} cannot be resolved now: the name server does not answer`;
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return `no route to ${address}`;
  if (code === 'ETIMEDOUT') return `connecting to ${address} timed out`;
  if (closedEarly.has(code)) return `${address} closed the connection before its answer was complete`;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return `${address} answered with more than 16 KiB of headers`;
  if (error instanceof errors.HTTPParserError) return `${address} did not answer in HTTP/1.1`;
  return describeTls(code, address) ?? `request to ${address} failed: ${messageOf(error)}`;
}

function describeTls(code: string, address: string): string | undefined {
  if (untrusted.has(code)) {
    return `TLS certificate of ${address} is not trusted (${code.startsWith('DEPTH_ZERO') ? 'self-signed' : 'unknown issuer'}); allow insecure certificates if it is meant to be`;
  }
  if (code === 'CERT_HAS_EXPIRED') return `TLS certificate of ${address} has expired`;
  if (code === 'CERT_NOT_YET_VALID') return `TLS certificate of ${address} is not valid yet`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `TLS certificate of ${address} was issued for another host name`;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return `${address} does not speak TLS; does the URL need http:// instead of https://?`;
  }
  return undefined;
}

// By shape: Node's own errors are not `instanceof Error` in another realm (test runners, vm contexts).
function codeOf(error: unknown): string {
  return typeof error === 'object' && error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error && 'message' in error ? String(error.message) : String(error);
}
