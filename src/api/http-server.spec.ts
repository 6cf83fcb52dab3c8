import { Controller, Get } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { adminToken, startApi, type ApiApp } from '../../test/support/api-app.ts';
import { housePlugin } from '../../test/support/api-plugins.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { Public } from './auth/scopes.ts';

/** What the server writes back on a bare socket until it closes it. */
async function exchange(api: ApiApp, sent: string): Promise<{ status: number; head: string; body: string }> {
  const { port } = (api.app.getHttpServer() as { address(): AddressInfo }).address();
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(sent);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body };
}

describe('the HTTP server', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([housePlugin], {
      adminToken,
      http: { headersTimeoutMs: 50, requestTimeoutMs: 100 },
    });
    await api.app.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  it.each([
    ['what is no HTTP', 'Hello?\r\n\r\n', 400, 'REQUEST_INVALID'],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['headers that do not end in time', 'GET / HTTP/1.1\r\nhost: x\r\n', 408, 'REQUEST_TIMEOUT'],
    [
      'a body that does not end in time',
      `POST /api/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${adminToken}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
      408,
      'REQUEST_TIMEOUT',
    ],
  ])('answers %s with a problem and closes the connection', async (_what, sent, status, code) => {
    const answer = await exchange(api, sent);
    expect(answer.status).toBe(status);
    expect(answer.head).toContain('content-type: application/problem+json');
    expect(answer.head).toContain('connection: close');
    expect(JSON.parse(answer.body)).toMatchObject({ status, code, requestId: expect.any(String) });
  });

  it('takes a body that comes in pieces', async () => {
    const body = JSON.stringify({ type: 'house.quiet' });
    const chunks = Array.from(body, (char) => `1\r\n${char}\r\n`).join('');
    const head = `POST /api/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${adminToken}\r\ncontent-type: application/json\r\n`;
    const answer = await exchange(
      api,
      `${head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunks}0\r\n\r\n`,
    );
    expect(answer.status).toBe(202);
  });
});

it('a request that comes while the server closes is told to come again', async () => {
  let release = (): void => undefined;
  @Controller('slow')
  @Public()
  class Slow {
    @Get()
    async get(): Promise<object> {
      await new Promise<void>((resolve) => (release = resolve));
      return {};
    }
  }
  const api = await startApi([], { adminToken, controllers: [Slow] });
  await api.app.listen(0, '127.0.0.1');
  const { port } = (api.app.getHttpServer() as { address(): AddressInfo }).address();
  const socket = connect(port, '127.0.0.1');
  const answers = text(socket);
  const before = release;
  socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitFor(
    () => release !== before,
    () => 'the slow request to begin',
  );
  const closed = api.app.close();
  await waitFor(
    () => !api.app.getHttpServer().listening,
    () => 'the server to close',
  );
  socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
  release();
  expect(await answers).toMatch(
    /^HTTP\/1.1 200 OK[^]*HTTP\/1.1 503 [^]*retry-after: 5[^]*"code":"SHUTTING_DOWN"/,
  );
  await closed;
});

it('a connection that nothing was ever sent on does not keep the server from closing', async () => {
  const api = await startApi([]);
  await api.app.listen(0, '127.0.0.1');
  const { port } = (api.app.getHttpServer() as { address(): AddressInfo }).address();
  const socket = connect(port, '127.0.0.1');
  const ended = once(socket, 'close');
  await once(api.app.getHttpServer(), 'connection');
  await api.app.close();
  await ended;
});
