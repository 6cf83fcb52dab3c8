import { STATUS_CODES, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

/** Seconds after which a refused call may be worth another try. */
const retryAfterS = '5';

/** The gateway's own answer: RFC 9457 problem details. */
export function refuse(response: ServerResponse, status: number, detail: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
  const body = JSON.stringify(problem);
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(status === 503 && { 'retry-after': retryAfterS }),
    // What is left of the request is not read.
    ...(hasBody(response.req.headers) && !response.req.complete && { connection: 'close' }),
  });
  response.end(body);
}

export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
