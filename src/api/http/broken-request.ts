import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { SignalboxError, type ErrorCode } from '../../domain/errors.ts';
import { problemHeaders, problemOf } from '../errors/problem.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
};

/** Answers on the bare socket what is not an HTTP request, or not a whole one, and closes it. */
export function answerBrokenRequest(thrown: Error & { readonly code?: string }, socket: Socket): void {
  // Reset by the other side: nobody is left to hear an answer.
  if (thrown.code === 'ECONNRESET' || socket.destroyed) return;
  const code = codes[thrown.code ?? ''] ?? 'REQUEST_INVALID';
  if (socket.writable)
    socket.write(answer(new SignalboxError(code, detail[code] ?? 'this is not an HTTP request')));
  socket.destroySoon();
}

const detail: Partial<Record<ErrorCode, string>> = {
  REQUEST_TIMEOUT: 'the request did not arrive in time',
  HEADERS_TOO_LARGE: 'the headers are longer than the server reads',
};

function answer(error: SignalboxError): string {
  const body = JSON.stringify(problemOf(error, randomUUID()));
  const headers = {
    ...problemHeaders(error),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${String(error.status)} ${STATUS_CODES[error.status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
