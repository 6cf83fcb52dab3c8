import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { completedCall, failedCall } from '../call.ts';
import { routeSettings, type Route } from '../settings.ts';
import { Gateway } from './gateway.ts';

interface Told {
  readonly name: string;
  readonly data: {
    readonly request: Record<string, unknown> & { readonly headers: Record<string, string> };
    readonly response?: Record<string, unknown> & { readonly headers: Record<string, string> };
    readonly error?: string;
    readonly durationMs: number;
  };
}

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface House {
  readonly port: number;
  readonly gateway: Gateway;
  readonly told: Told[];
  readonly logged: string[];
  /** What the events were called. */
  readonly ids: ReadonlySet<string>;
  /** Waits for the next event. */
  readonly next: () => Promise<Told>;
}

interface HouseOptions {
  readonly store?: () => Promise<void>;
  readonly trustProxy?: boolean;
  readonly limits?: Partial<Record<'graceMs' | 'patienceMs' | 'openCalls', number>>;
  /** To one origin. */
  readonly connections?: number;
}

/** A gateway under /gateway, its routes given by key. */
async function gatewayFor(
  routes: Record<string, { url: string; method?: string; upstream?: object }>,
  { store = async () => {}, trustProxy = false, limits, connections = 256 }: HouseOptions = {},
): Promise<House> {
  const views: readonly Route[] = Object.entries(routes).map(([key, settings]) => ({
    ...{ type: 'route', key, name: key, tags: [], changedAt: 0 },
    settings: routeSettings.parse(settings),
  }));
  const agent = new Agent({ connections });
  const told: Told[] = [];
  const logged: string[] = [];
  const ids = new Set<string>();
  const waiting: (() => void)[] = [];
  const log = (_: object, message?: string) => void logged.push(String(message));
  const gateway = new Gateway({
    ...{ prefix: '/gateway', trustProxy, routes: () => views, dispatcher: () => agent },
    logger: { debug: log, info: log, warn: log, error: log },
    ...(limits && { limits }),
    emit: async ([name, data], id) => {
      ids.add(id);
      // As Signalbox does it.
      const kept = (name === 'route.completed' ? completedCall : failedCall).parse(data);
      told.push({ name, data: JSON.parse(JSON.stringify(kept)) as Told['data'] });
      waiting.splice(0).forEach((go) => go());
      await store();
    },
  });
  await gateway.ready();
  cleanups.push(async () => {
    await gateway.close();
    await agent.destroy();
  });
  const port = await listen(gateway.handle);
  let read = 0;
  const next = async (): Promise<Told> => {
    while (told.length <= read) await new Promise<void>((go) => waiting.push(go));
    return told[read++]!;
  };
  return { port, gateway, told, logged, ids, next };
}

/** Says the same to every request, whatever it is, and closes. */
async function listenRaw(said: string): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(said));
  }).listen(0, '127.0.0.1');
  cleanups.push(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A gateway with one upstream, to which everything goes. */
async function gatewayTo(
  answer: RequestListener | string,
  options: HouseOptions & { upstream?: object } = {},
): Promise<House> {
  const { upstream, ...rest } = options;
  const port = await (typeof answer === 'string' ? listenRaw(answer) : listen(answer));
  const url = `http://127.0.0.1:${port}`;
  return gatewayFor({ all: { url: '/', upstream: { url, ...upstream } } }, rest);
}

/** Unlike `once`, this does not mind errors on the way. */
async function closed(stream: IncomingMessage | ServerResponse): Promise<void> {
  stream.on('error', () => {});
  while (!stream.closed) await new Promise((go) => setTimeout(go, 5));
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Path and everything else as they are given: nothing is normalised on the way. */
function open({ port }: House, options: RequestOptions): ClientRequest {
  return httpRequest({ host: '127.0.0.1', port, agent: false, ...options });
}

async function call(
  house: House,
  path: string,
  options: RequestOptions & { body?: string | Buffer } = {},
): Promise<Answer> {
  const { body, ...rest } = options;
  const request = open(house, { path, ...rest });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

const echo: RequestListener = (request, response) => {
  void text(request).then((body) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }),
    );
  });
};

function echoed({ body }: Answer): {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
} {
  return JSON.parse(body) as ReturnType<typeof echoed>;
}

describe('a call through the gateway', () => {
  it('reaches the upstream as it was made and is told as one event', async () => {
    const house = await gatewayTo((request, response) => {
      response.writeHead(201, {
        'content-type': 'application/json',
        'x-made-by': 'upstream',
        'set-cookie': ['a=1', 'b=2'],
      });
      void text(request).then((body) => response.end(JSON.stringify({ got: body, url: request.url })));
    });
    const answer = await call(house, '/gateway/users?page=2&token=t0p', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x', 'X-Custom': 'Yes' },
      body: '{"name": "A"}',
    });
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'x-made-by': 'upstream', 'set-cookie': ['a=1', 'b=2'] },
    });
    expect(JSON.parse(answer.body)).toEqual({ got: '{"name": "A"}', url: '/users?page=2&token=t0p' });
    expect(house.told).toEqual([
      {
        name: 'route.completed',
        data: {
          request: {
            method: 'POST',
            url: '/users?page=2&token=[redacted]',
            headers: expect.objectContaining({ authorization: '[redacted]', 'x-custom': 'Yes' }),
            body: { name: 'A' },
          },
          response: {
            status: 201,
            headers: expect.objectContaining({ 'x-made-by': 'upstream', 'set-cookie': '[redacted]' }),
            body: { got: '{"name": "A"}', url: '/users?page=2&token=t0p' },
          },
          durationMs: expect.any(Number),
        },
      },
    ]);
  });

  it.each(['DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'REPORT'])('may be a %s with a body', async (method) => {
    const house = await gatewayTo(echo);
    const answer = await call(house, '/gateway/a', {
      method,
      body: 'x=1',
      headers: { 'content-type': 'odd', 'content-length': 3 },
    });
    expect(echoed(answer)).toMatchObject({ method, body: 'x=1', headers: { 'content-type': 'odd' } });
  });

  it('keeps the length of its body', async () => {
    const house = await gatewayTo(echo);
    const known = await call(house, '/gateway/', {
      method: 'PUT',
      body: 'abc',
      headers: { 'content-length': 3 },
    });
    expect(echoed(known).headers).toMatchObject({ 'content-length': '3' });
    const none = await call(house, '/gateway/', { method: 'POST', headers: { 'content-length': 0 } });
    expect(echoed(none)).toMatchObject({ headers: { 'content-length': '0' }, body: '' });
  });

  it('waits for a sign of the server before its body where it asks for one', async () => {
    const house = await gatewayTo(echo);
    const request = open(house, { path: '/gateway/', method: 'POST', headers: { expect: '100-continue' } });
    request.flushHeaders();
    await once(request, 'continue');
    request.end('abc');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(JSON.parse(await text(response))).toMatchObject({ body: 'abc' });
  });

  it('is told with a compressed answer unpacked, and answered with it as it is', async () => {
    const packed = gzipSync('{"a": 1}');
    const house = await gatewayTo((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(packed);
    });
    const request = open(house, { path: '/gateway/' }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(packed)).toBe(true);
    expect((await house.next()).data.response?.['body']).toEqual({ a: 1 });
  });

  it.each([
    ['HEAD', 200, { 'content-length': '1234' }],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"x"' }],
    ['DELETE', 200, { 'content-length': '0' }],
  ])('of %s may be answered with %i and no body', async (method, status, headers) => {
    const house = await gatewayTo((_request, response) => response.writeHead(status, headers).end());
    expect(await call(house, '/gateway/', { method })).toMatchObject({ status, headers, body: '' });
    expect(await house.next()).toMatchObject({ name: 'route.completed', data: { response: { status } } });
  });

  it('gets a redirect as the upstream sent it', async () => {
    const house = await gatewayTo((_request, response) =>
      response.writeHead(302, { location: '/login' }).end(),
    );
    expect(await call(house, '/gateway/')).toMatchObject({ status: 302, headers: { location: '/login' } });
    expect((await house.next()).name).toBe('route.completed');
  });

  it.each([400, 404, 500, 503])(
    'that is answered with %i has failed, and is not repeated',
    async (status) => {
      let asked = 0;
      const house = await gatewayTo((_request, response) => {
        asked++;
        response.writeHead(status, { 'retry-after': '0' }).end('no');
      });
      expect(await call(house, '/gateway/')).toMatchObject({ status, body: 'no' });
      expect(await house.next()).toMatchObject({
        name: 'route.failed',
        data: { response: { status, body: 'no' } },
      });
      expect({ asked, told: house.told.length }).toEqual({ asked: 1, told: 1 });
      expect(house.told[0]?.data).not.toHaveProperty('error');
    },
  );

  it('carries nothing of one connection over to the other', async () => {
    const house = await gatewayTo((request, response) => {
      response.writeHead(200, {
        connection: 'x-own, close',
        'x-own': '1',
        'keep-alive': 'timeout=99',
        'x-kept': '1',
      });
      response.end(JSON.stringify({ headers: request.headers }));
    });
    const headers = {
      ...{
        connection: 'keep-alive, x-mine',
        'x-mine': '1',
        'keep-alive': 'timeout=1',
        te: 'trailers',
      },
      ...{ 'proxy-connection': 'keep-alive', upgrade: 'h2c', 'http2-settings': 'x', 'x-kept': '1' },
    };
    const answer = await call(house, '/gateway/', { headers });
    expect(answer.headers).toMatchObject({ 'x-kept': '1' });
    expect(answer.headers).not.toHaveProperty('x-own');
    expect(answer.headers['keep-alive']).not.toBe('timeout=99');
    const seen = Object.keys(echoed(answer).headers);
    expect(seen).toContain('x-kept');
    for (const name of [
      'x-mine',
      'keep-alive',
      'te',
      'trailer',
      'proxy-connection',
      'upgrade',
      'http2-settings',
    ]) {
      expect(seen).not.toContain(name);
    }
  });

  it('tells the upstream who called, and by which way', async () => {
    const claims = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      forwarded: 'for=1.2.3.4',
      host: 'api.example.com',
    };
    const direct = await gatewayTo(echo);
    const { headers } = echoed(await call(direct, '/gateway/', { headers: claims }));
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'api.example.com',
      'x-forwarded-prefix': '/gateway',
      host: expect.stringMatching(/^127\.0\.0\.1:/),
      via: expect.stringMatching(/^1\.1 signalbox-/),
    });
    expect(headers).not.toHaveProperty('forwarded');
    const behindProxy = await gatewayTo(echo, { trustProxy: true });
    expect(echoed(await call(behindProxy, '/gateway/', { headers: claims })).headers).toMatchObject({
      'x-forwarded-for': '1.2.3.4, 127.0.0.1',
      'x-forwarded-proto': 'https',
      forwarded: 'for=1.2.3.4',
    });
  });
});

describe('the upstream of a call', () => {
  it('is that of the route that fixes most of the beginning of the path, then of the first key', async () => {
    const named = (name: string) => listen((_request, response) => response.end(name));
    const upstream = async (name: string) => ({ url: `http://127.0.0.1:${await named(name)}` });
    const house = await gatewayFor({
      a: { url: 'users', upstream: await upstream('anywhere') },
      b: { url: '^/api/', upstream: await upstream('api') },
      c: { url: '^/api/users', upstream: await upstream('users') },
      d: { url: '^/api/users', upstream: await upstream('never') },
      e: { url: '^/api/users/1', method: 'POST', upstream: await upstream('post') },
      f: { url: '^/api/users/1/none' },
    });
    const asked = async (method: string, path: string) => (await call(house, path, { method })).body;
    expect(await asked('GET', '/gateway/api/users/1/none')).toBe('users');
    expect(await asked('POST', '/gateway/api/users/1')).toBe('post');
    expect(await asked('GET', '/gateway/api/groups')).toBe('api');
    expect(await asked('GET', '/gateway/users')).toBe('anywhere');
    expect(await call(house, '/gateway/groups')).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
      body: expect.stringContaining('no route with an upstream fits GET /groups'),
    });
    expect(house.told).toHaveLength(4);
  });

  it.each([
    [{}, '/gateway', '/'],
    [{}, '/gateway?a=b?c', '/?a=b?c'],
    [{}, '/gateway//a//b', '//a//b'],
    [{}, '/gateway/a%20b/%C3%A9?q=%zz%20\'"', '/a%20b/%C3%A9?q=%zz%20\'"'],
    [{}, '/gateway/%61%2f%7Eb?%71=%2f', '/a%2F~b?q=%2F'],
    [{}, '/gateway/a;b=..c/100%25', '/a;b=..c/100%25'],
    [{ stripPrefix: '/%c3%a9' }, '/gateway/%C3%A9/a', '/a'],
    [{ path: '/base/' }, '/gateway/a', '/base/a'],
    [{ path: '/base', stripPrefix: '/api/v01' }, '/gateway/api/v01/a?b', '/base/a?b'],
    [{ stripPrefix: '/api/' }, '/gateway/api', '/'],
    [{ stripPrefix: '/api' }, '/gateway/apis/a', '/apis/a'],
  ])(
    'with %j is asked for %s as %s',
    async ({ path = '', ...strip }: { path?: string; stripPrefix?: string }, asked, seen) => {
      const url = `http://127.0.0.1:${await listen(echo)}${path}`;
      const house = await gatewayFor({ all: { url: '/', upstream: { url, ...strip } } });
      expect(echoed(await call(house, asked)).url).toBe(seen);
    },
  );

  it.each([
    ['a parent folder', '/gateway/../api/tasks', 400],
    ['an encoded parent folder', '/gateway/a/%2e%2E/b', 400],
    ['the same folder', '/gateway/a/./b', 400],
    ['backslashes', '/gateway/a\\..\\b', 400],
    ['encoded backslashes', '/gateway/public/x%5c..%5cadmin', 400],
    ['an encoded backslash alone', '/gateway/a%5Cb', 400],
    ['the same folder with a parameter', '/gateway/a/.;/b', 400],
    ['a parent folder with a parameter', '/gateway/a/%2e%2e;x=1/b', 400],
    ['a zero', '/gateway/a%00b', 400],
    ['an encoded line end', '/gateway/a%0d%0ab', 400],
    ['a parent folder encoded twice', '/gateway/a/%252e%252e/b', 400],
    ['a slash encoded twice', '/gateway/a%252Fb', 400],
    ['a backslash encoded three times', '/gateway/a%25255cb', 400],
    ['what is no UTF-8', '/gateway/%ff', 400],
    ['a very long URL', `/gateway/${'a'.repeat(8_200)}`, 414],
  ])('is not asked for %s', async (_, path, status) => {
    const house = await gatewayTo(echo);
    expect(await call(house, path)).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(house.told).toEqual([]);
  });

  it('is that of the route that means it, however the path is encoded', async () => {
    const named = async (name: string) => ({
      url: `http://127.0.0.1:${await listen((request, response) => response.end(`${name} ${request.url}`))}`,
    });
    const house = await gatewayFor({
      admin: { url: '^/admin', upstream: await named('admin') },
      rest: { url: '^/', upstream: await named('rest') },
    });
    expect((await call(house, '/gateway/%61dmin/x')).body).toBe('admin /admin/x');
    expect((await house.next()).data.request['url']).toBe('/admin/x');
  });

  it('is not asked with a GET that has a body, nor for a WebSocket', async () => {
    const house = await gatewayTo(echo);
    const headers = { 'content-length': 1 };
    expect(await call(house, '/gateway/', { headers, body: 'x' })).toMatchObject({ status: 400 });
    const socket = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x' };
    expect(await call(house, '/gateway/', { headers: socket })).toMatchObject({
      status: 501,
      body: expect.stringContaining('WebSockets are not forwarded'),
    });
    expect(house.told).toEqual([]);
  });

  it('is not the gateway itself', async () => {
    const port = await listen((request, response) => house.gateway.handle(request, response));
    const house: House = await gatewayFor({
      all: { url: '/', upstream: { url: `http://127.0.0.1:${port}/gateway` } },
    });
    expect(await call(house, '/gateway/')).toMatchObject({ status: 508 });
  });
});

describe('an upstream that does not work', () => {
  it('that cannot be reached is a 502', async () => {
    const house = await gatewayFor({ all: { url: '/', upstream: { url: 'http://127.0.0.1:1' } } });
    const answer = await call(house, '/gateway/', { method: 'POST', body: 'x' });
    expect(answer).toMatchObject({ status: 502, headers: { 'content-type': 'application/problem+json' } });
    expect(answer.body).not.toContain('127.0.0.1');
    const { name, data } = await house.next();
    expect({ name, error: data.error, body: data.request['body'] }).toEqual({
      name: 'route.failed',
      error: 'connection refused by 127.0.0.1:1',
      body: 'x',
    });
    expect(data).not.toHaveProperty('response');
  });

  it('that does not answer in time is a 504, and is let go', async () => {
    const gone = Promise.withResolvers<void>();
    const house = await gatewayTo((request) => void request.once('close', gone.resolve), {
      upstream: { timeout: 0.1 },
    });
    expect(await call(house, '/gateway/')).toMatchObject({ status: 504 });
    await gone.promise;
    const { name, data } = await house.next();
    expect({ name, error: data.error }).toEqual({
      name: 'route.failed',
      error: expect.stringMatching(/^127\.0\.0\.1:\d+ has sent nothing for 0.1 s$/),
    });
  });

  it('that has no connection free is a 504 in time, and not asked later', async () => {
    const first = Promise.withResolvers<ServerResponse>();
    const asked: string[] = [];
    const house = await gatewayTo(
      (request, response) => {
        asked.push(String(request.url));
        response.write('half');
        first.resolve(response);
      },
      { connections: 1, upstream: { timeout: 0.2 } },
    );
    const streamed = open(house, { path: '/gateway/1' }).end();
    streamed.on('response', (response: IncomingMessage) => response.on('error', () => {}).resume());
    const upstream = await first.promise;
    const keepGoing = setInterval(() => upstream.write('more'), 20);
    cleanups.push(() => clearInterval(keepGoing));
    expect(await call(house, '/gateway/2')).toMatchObject({ status: 504 });
    expect((await house.next()).data.error).toMatch(/^no connection to 127\.0\.0\.1:\d+ within 0.2 s$/);
    upstream.end();
    await house.next();
    expect(asked).toEqual(['/1']);
  });

  it('that has more calls open than are allowed is a 503 at once, until one of them ends', async () => {
    const first = Promise.withResolvers<ServerResponse>();
    const house = await gatewayTo(
      (request, response) => {
        if (request.url === '/held') first.resolve(response);
        else response.end('ok');
      },
      { limits: { openCalls: 1 } },
    );
    const held = call(house, '/gateway/held');
    const upstream = await first.promise;
    const refused = await call(house, '/gateway/2');
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(refused.body).toContain('too many calls');
    upstream.end();
    await held;
    expect(await call(house, '/gateway/3')).toMatchObject({ status: 200 });
  });

  it.each([
    ['speaks something else', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['closes without an answer', ''],
    ['has two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'has a length and is chunked',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    ],
  ])('that %s is a 502', async (_, said) => {
    const house = await gatewayTo(said);
    expect(await call(house, '/gateway/')).toMatchObject({ status: 502 });
    expect(await house.next()).toMatchObject({ name: 'route.failed' });
  });

  it('that names headers of the connection in several lines has none of them passed on', async () => {
    const house = await gatewayTo(
      'HTTP/1.1 200 OK\r\nconnection: x-own\r\nConnection: x-Other , close\r\nx-own: 1\r\nx-other: 2\r\nx-kept: 3\r\ncontent-length: 2\r\n\r\nok',
    );
    const { status, headers, body } = await call(house, '/gateway/');
    expect({ status, body }).toEqual({ status: 200, body: 'ok' });
    expect(headers).toMatchObject({ 'x-kept': '3' });
    expect(headers).not.toHaveProperty('x-own');
    expect(headers).not.toHaveProperty('x-other');
  });

  it('that answers what cannot be passed on is a 502, and harms no other call', async () => {
    const house = await gatewayTo('HTTP/1.1 099 Odd\r\ncontent-length: 2\r\n\r\nok');
    expect(await call(house, '/gateway/')).toMatchObject({ status: 502 });
    expect(await house.next()).toMatchObject({ name: 'route.failed' });
    expect(await call(house, '/gateway/')).toMatchObject({ status: 502 });
  });

  it.each([
    ['a known length', { 'content-length': 100 }],
    ['an unknown length', {}],
  ])('that breaks off in a body of %s breaks off here, too', async (_, headers) => {
    const house = await gatewayTo((request, response) => {
      response.writeHead(200, headers);
      response.write('half', () => request.socket.resetAndDestroy());
    });
    const request = open(house, { path: '/gateway/' }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await expect(text(response)).rejects.toThrow('aborted');
    const { name, data } = await house.next();
    expect({
      name,
      status: data.response?.['status'],
      body: data.response?.['body'],
      error: data.error,
    }).toEqual({
      name: 'route.failed',
      status: 200,
      body: 'half',
      error: expect.stringContaining('closed the connection before its answer was complete'),
    });
  });

  it('that answers before it has read everything is heard', async () => {
    const house = await gatewayTo((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too much');
    });
    const request = open(house, { path: '/gateway/', method: 'POST' });
    request.on('error', () => {});
    request.write('x'.repeat(1_000));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect({ status: response.statusCode, body: await text(response) }).toEqual({
      status: 413,
      body: 'too much',
    });
    request.destroy();
    expect(await house.next()).toMatchObject({ name: 'route.failed', data: { response: { status: 413 } } });
  });
});

describe('a caller that goes away', () => {
  it('before the answer ends the request to the upstream', async () => {
    const asked = Promise.withResolvers<IncomingMessage>();
    const house = await gatewayTo((request) => asked.resolve(request));
    const request = open(house, { path: '/gateway/' });
    request.on('error', () => {});
    request.end();
    const upstream = await asked.promise;
    upstream.on('error', () => {});
    request.destroy();
    await closed(upstream);
    expect(await house.next()).toMatchObject({
      name: 'route.failed',
      data: { error: expect.stringContaining('caller') },
    });
  });

  it('in the middle of its own body ends the request to the upstream', async () => {
    const begun = Promise.withResolvers<IncomingMessage>();
    const house = await gatewayTo((request) => {
      request.on('error', () => {});
      request.once('data', () => begun.resolve(request));
    });
    const request = open(house, { path: '/gateway/', method: 'POST', headers: { 'content-length': 100 } });
    request.on('error', () => {});
    request.write('half');
    const upstream = await begun.promise;
    request.destroy();
    await closed(upstream);
    expect(await house.next()).toMatchObject({
      name: 'route.failed',
      data: { request: { body: 'half' }, error: expect.stringContaining('caller') },
    });
  });

  it('in the middle of the answer ends the answer of the upstream', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    const house = await gatewayTo((_request, response) => {
      response.write('half');
      asked.resolve(response);
    });
    const request = open(house, { path: '/gateway/' }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    await once(response, 'data');
    request.destroy();
    const upstream = await asked.promise;
    await closed(upstream);
    expect(await house.next()).toMatchObject({
      name: 'route.failed',
      data: { response: { status: 200, body: 'half' }, error: expect.stringContaining('caller') },
    });
    expect(house.told).toHaveLength(1);
  });
});

describe('bodies', () => {
  it('of any size stream through; their beginnings are kept', async () => {
    const size = 8 * 1024 * 1024;
    let largest = 0;
    const house = await gatewayTo((request, response) => {
      request.pipe(response);
      largest = Math.max(largest, process.memoryUsage().arrayBuffers);
    });
    const request = open(house, { path: '/gateway/', method: 'POST', headers: { 'content-length': size } });
    request.end(Buffer.alloc(size, 'a'));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let received = 0;
    for await (const chunk of response) received += (chunk as Buffer).length;
    expect(received).toBe(size);
    const { data } = await house.next();
    for (const part of [data.request, data.response]) {
      expect(part).toMatchObject({ body: 'a'.repeat(64 * 1024), truncated: true });
    }
  });

  it('are announced by the headers before their first piece is there', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    const house = await gatewayTo((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      asked.resolve(response);
    });
    const request = open(house, { path: '/gateway/' }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream' });
    (await asked.promise).end('data: 1\n\n');
    expect(await text(response)).toBe('data: 1\n\n');
  });

  it('come piece by piece, both ways', async () => {
    const house = await gatewayTo((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      request.on('data', (chunk: Buffer) => response.write(`data: ${chunk.toString()}\n\n`));
      request.on('end', () => response.end());
    });
    const request = open(house, { path: '/gateway/', method: 'POST' });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    request.write('one');
    const [response] = await answered;
    expect(String((await once(response, 'data'))[0])).toBe('data: one\n\n');
    request.write('two');
    expect(String((await once(response, 'data'))[0])).toBe('data: two\n\n');
    expect(house.told).toEqual([]);
    request.end();
    expect(await house.next()).toMatchObject({
      name: 'route.completed',
      data: { request: { body: 'onetwo' }, response: { body: 'data: one\n\ndata: two\n\n' } },
    });
  });
});

describe('the end of an answer', () => {
  it.each([
    [
      'a known length',
      (response: ServerResponse) => void response.writeHead(200, { 'content-length': 4 }).end('done'),
    ],
    ['an unknown length', (response: ServerResponse) => void response.write('done', () => response.end())],
    ['no body', (response: ServerResponse) => void response.writeHead(204).end()],
    ['an error', (response: ServerResponse) => void response.writeHead(500).end('done')],
  ])('with %s comes only when its event is stored', async (_, answer) => {
    const stored = Promise.withResolvers<void>();
    const house = await gatewayTo((_request, response) => answer(response), { store: () => stored.promise });
    let ended = false;
    const answered = call(house, '/gateway/').finally(() => (ended = true));
    await house.next();
    for (let i = 0; i < 50; i++) await turn();
    expect(ended).toBe(false);
    stored.resolve();
    expect((await answered).status).toBeGreaterThanOrEqual(200);
  });

  it('comes only when a store that was at fault for a moment has taken its event, the same one', async () => {
    let asked = 0;
    const house = await gatewayTo(echo, {
      store: async () => {
        if (++asked <= 2) throw Object.assign(new Error('disk full'), { code: 'STORAGE_UNAVAILABLE' });
      },
    });
    expect(await call(house, '/gateway/')).toMatchObject({ status: 200 });
    expect({ asked, ids: house.ids.size, logged: house.logged }).toEqual({ asked: 3, ids: 1, logged: [] });
  });

  it.each(['STORAGE_UNAVAILABLE', 'EVENT_INVALID'])(
    'comes, too, when its event cannot be stored for good (%s), which is logged',
    async (code) => {
      const house = await gatewayTo(echo, {
        store: () => Promise.reject(Object.assign(new Error('no'), { code })),
        limits: { graceMs: 0, patienceMs: 50 },
      });
      expect(await call(house, '/gateway/')).toMatchObject({ status: 200 });
      expect(house.logged).toEqual([expect.stringContaining('its event could not be stored')]);
    },
  );
});

describe('a gateway that closes and has waited long enough', () => {
  const limits = { graceMs: 10, patienceMs: 60_000 };

  it('cuts an answer that does not end, and its event is stored', async () => {
    const house = await gatewayTo((_request, response) => void response.write('half'), { limits });
    const request = open(house, { path: '/gateway/' }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response, 'data');
    const cut = expect(text(response)).rejects.toThrow('aborted');
    await house.gateway.close();
    expect(house.told).toMatchObject([
      {
        name: 'route.failed',
        data: { response: { status: 200, body: 'half' }, error: expect.stringContaining('was stopped') },
      },
    ]);
    await cut;
  });

  it('answers 503 to a call that has no answer yet, and to those that come later', async () => {
    const asked = Promise.withResolvers<void>();
    const house = await gatewayTo(() => asked.resolve(), { limits });
    const answered = call(house, '/gateway/');
    await asked.promise;
    await house.gateway.close();
    expect(await answered).toMatchObject({ status: 503, body: expect.stringContaining('is stopping') });
    expect(house.told).toMatchObject([{ name: 'route.failed' }]);
    expect(await call(house, '/gateway/')).toMatchObject({ status: 503 });
  });

  it('waits no longer for a store that takes nothing', async () => {
    const failing = () => Promise.reject(Object.assign(new Error('no'), { code: 'STORAGE_UNAVAILABLE' }));
    const house = await gatewayTo(echo, { limits, store: failing });
    const answered = call(house, '/gateway/').catch(() => undefined);
    await house.next();
    await house.gateway.close();
    await answered;
    expect(house.logged).toHaveLength(1);
  });
});

it('the gateway lets calls end before it closes', async () => {
  const asked = Promise.withResolvers<ServerResponse>();
  const house = await gatewayTo((_request, response) => asked.resolve(response));
  const answered = call(house, '/gateway/');
  const upstream = await asked.promise;
  let closed = false;
  const closing = house.gateway.close().then(() => (closed = true));
  for (let i = 0; i < 20; i++) await turn();
  expect(closed).toBe(false);
  upstream.end('done');
  expect((await answered).body).toBe('done');
  await closing;
  expect(house.told).toHaveLength(1);
});

it('two requests in one are refused before they reach the upstream', async () => {
  const house = await gatewayTo(echo);
  const socket = connect(house.port, '127.0.0.1');
  socket.write(
    'POST /gateway/ HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /gateway/hidden HTTP/1.1\r\nhost: x\r\n\r\n',
  );
  expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
  expect(house.told).toEqual([]);
});
