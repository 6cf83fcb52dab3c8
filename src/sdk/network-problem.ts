import { ConnectTimeoutError } from './connect-attempt.ts';

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

/**
 * What an error of Node's on the way to `address` (`host:port`) means, in words: nobody listens there, the name is not
 * found, the certificate is not trusted. Undefined for any other error.
 */
export function networkProblem(error: unknown, address: string): string | undefined {
  if (error instanceof ConnectTimeoutError) {
    return `connecting to ${address} took longer than ${error.timeoutMs} ms`;
  }
  const code = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return `connection refused by ${address}`;
    case 'ENOTFOUND':
      return `host name of ${address} not found`;
    case 'EAI_AGAIN':
      return `host name of ${address} cannot be resolved now: the name server does not answer`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no route to ${address}`;
    case 'ETIMEDOUT':
      return `connecting to ${address} timed out`;
    default:
      return certificateProblem(code, address);
  }
}

function certificateProblem(code: string, address: string): string | undefined {
  if (untrusted.has(code)) {
    return `TLS certificate of ${address} is not trusted (${code.startsWith('DEPTH_ZERO') ? 'self-signed' : 'unknown issuer'}); allow insecure certificates if it is meant to be`;
  }
  if (code === 'CERT_HAS_EXPIRED') return `TLS certificate of ${address} has expired`;
  if (code === 'CERT_NOT_YET_VALID') return `TLS certificate of ${address} is not valid yet`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `TLS certificate of ${address} was issued for another host name`;
  return undefined;
}

/** `code` of an error, '' if it has none. By shape: Node's own errors are not `instanceof Error` in another realm. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error && 'code' in error ? String(error.code) : '';
}
