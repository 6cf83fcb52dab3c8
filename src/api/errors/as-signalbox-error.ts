import { HttpException } from '@nestjs/common';
import { SignalboxError, type ErrorCode } from '../../domain/errors.ts';

const byFastifyCode: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BODY_INVALID',
  FST_ERR_BAD_URL: 'REQUEST_INVALID',
  // No resource has a name that long.
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
};

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'AUTH_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'RESOURCE_INVALID',
  429: 'RATE_LIMITED',
  431: 'HEADERS_TOO_LARGE',
  503: 'OVERLOADED',
};

/** Whatever was thrown, as one of the errors that Signalbox answers with. What is not known is INTERNAL and tells nothing. */
export function asSignalboxError(thrown: unknown): SignalboxError {
  if (thrown instanceof SignalboxError) return thrown;
  const cause = thrown instanceof HttpException && isFastifyError(thrown.cause) ? thrown.cause : thrown;
  if (isFastifyError(cause)) return fromFastify(cause);
  if (cause instanceof HttpException) return fromNest(cause);
  return internal(thrown);
}

interface FastifyError extends Error {
  readonly code: string;
  readonly statusCode?: number;
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    thrown.code.startsWith('FST_')
  );
}

function fromFastify(error: FastifyError): SignalboxError {
  const code = byFastifyCode[error.code] ?? codeOf(error.statusCode ?? 500);
  return code === 'INTERNAL' ? internal(error) : new SignalboxError(code, error.message, { cause: error });
}

function fromNest(error: HttpException): SignalboxError {
  const code = codeOf(error.getStatus());
  return code === 'INTERNAL' ? internal(error) : new SignalboxError(code, error.message, { cause: error });
}

function codeOf(status: number): ErrorCode {
  return byStatus[status] ?? (status >= 400 && status < 500 ? 'REQUEST_INVALID' : 'INTERNAL');
}

function internal(cause: unknown): SignalboxError {
  return new SignalboxError('INTERNAL', 'something went wrong inside Signalbox', { cause });
}
