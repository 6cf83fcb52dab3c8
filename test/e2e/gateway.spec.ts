import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startReceiver } from '../support/receiver.ts';
import { startRoutes, type RouteHouse } from '../support/routes.ts';
import { startHttpServer } from '../support/servers.ts';
import { waitFor } from '../support/wait-for.ts';

/** What comes back for a request line that no client would send. */
async function raw(url: string, line: string): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`${line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  return text(socket);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the gateway on the server of Signalbox', () => {
  it('takes bodies of any size, and asks for no token', async () => {
    await using upstream = await startReceiver();
    await using house = await startRoutes({ all: { url: '/', upstream: { url: upstream.url } } });
    const body = 'x'.repeat(3_000_000);
    const answer = await fetch(`${house.app.url}/gateway/upload`, { method: 'POST', body });
    expect({ status: answer.status, text: await answer.text() }).toEqual({ status: 200, text: 'ok' });
    expect(upstream.deliveries[0]?.body).toHaveLength(body.length);
    expect((await house.events())[0]?.data.request).toMatchObject({
      truncated: true,
      body: 'x'.repeat(65_536),
    });
  });

  it('has stored the event when the answer has ended', async () => {
    await using upstream = await startReceiver();
    await using house = await startRoutes({ all: { url: '/', upstream: { url: upstream.url } } });
    for (let i = 1; i <= 20; i++) {
      await (await fetch(`${house.app.url}/gateway/${String(i)}`)).text();
      expect(await house.events()).toHaveLength(i);
    }
  });

  it('is no way to the API, nor is the API one to the gateway', async () => {
    await using house = await startRoutes({});
    const { url } = house.app;
    expect(await raw(url, 'GET /gateway/../api/tasks')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(url, 'GET /gateway/%2e%2e/api/tasks')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(url, 'GET /gateway/api/tasks')).toMatch(/^HTTP\/1.1 404 [^]*no route with an upstream/);
    expect(await raw(url, `GET ${url}/gateway/api/tasks`)).toMatch(
      /^HTTP\/1.1 404 [^]*no route with an upstream/,
    );
    expect(await raw(url, 'GET /gatewayed')).toMatch(/^HTTP\/1.1 40[14] [^]*urn:signalbox/);
    expect(await raw(url, 'GET /api/tasks')).toMatch(/^HTTP\/1.1 401 /);
  });

  it('does not reach Signalbox itself', async () => {
    const port = await freePort();
    const own = { url: '/', upstream: { url: `http://127.0.0.1:${String(port)}` } };
    await using before = await startRoutes({ own });
    await before.app.running.stop();
    await using house = await startRoutes({}, { data: before.app.data, port });
    const { url, api } = house.app;
    const answer = await fetch(`${url}/gateway/api/tasks`);
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 502,
      body: {
        type: 'about:blank',
        title: 'Bad Gateway',
        status: 502,
        detail: 'the upstream does not answer as it should',
      },
    });
    expect(await house.events()).toMatchObject([
      { type: 'route.failed', data: { error: 'the address is not allowed by the egress policy' } },
    ]);
    expect(await api.request('PUT', '/api/objects/route/again', { settings: own })).toMatchObject({
      status: 422,
      body: { code: 'EGRESS_DENIED', field: 'settings.upstream.url' },
    });
  });

  it('lets calls end when Signalbox stops, and their events are kept', async () => {
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<object>();
    await using upstream = await startReceiver({
      respond: async () => {
        asked.resolve();
        return answered.promise;
      },
    });
    await using house = await startRoutes({ all: { url: '/', upstream: { url: upstream.url } } });
    const { app } = house;
    const call = fetch(`${app.url}/gateway/slow`);
    await asked.promise;
    const stopped = app.running.stop();
    await waitFor(
      async () => (await fetch(`${app.url}/gateway/other`).catch(() => undefined))?.status !== 404,
      () => 'the gateway to take no more calls',
    );
    answered.resolve({});
    expect((await call).status).toBe(200);
    await stopped;
    await using again = await startRoutes({}, { data: app.data });
    expect(await again.events()).toMatchObject([{ type: 'route.completed', object: 'all' }]);
  });
});

it('a gateway, on the server of Signalbox or a port of its own, does not keep Signalbox from stopping', async () => {
  await using upstream = await startHttpServer((_request, response) => void response.write('data: 1\n\n'));
  const routes = { all: { url: '/', upstream: { url: upstream.url } } };
  const stopWhileStreaming = async (gateway: object, urlOf: (house: RouteHouse) => string): Promise<void> => {
    const config = { plugins: ['webhook', { use: 'route', settings: { gateway } }] };
    await using house = await startRoutes(routes, { config });
    const answer = await waitFor(
      async () => {
        const tried = await fetch(urlOf(house)).catch(() => undefined);
        return tried?.status === 200 && tried;
      },
      () => 'the gateway',
    );
    const cut = expect(answer.text()).rejects.toThrow('terminated');
    await house.app.running.stop();
    await cut;
    await using again = await startRoutes({}, { data: house.app.data });
    expect((await again.events()).at(-1)).toMatchObject({
      type: 'route.failed',
      data: { response: { status: 200, body: 'data: 1\n\n' }, error: expect.stringContaining('stopped') },
    });
  };
  const port = await freePort();
  await Promise.all([
    stopWhileStreaming({}, ({ app }) => `${app.url}/gateway/ticks`),
    stopWhileStreaming({ port }, () => `http://127.0.0.1:${String(port)}/ticks`),
  ]);
});

it.each([
  [false, 0],
  [true, 3],
])(
  'the gateway believes callers what has led to their call where it is told to: %s',
  async (trustCause, depth) => {
    await using upstream = await startReceiver();
    await using house = await startRoutes(
      { all: { url: '/', upstream: { url: upstream.url } } },
      { config: { plugins: ['webhook', { use: 'route', settings: { gateway: { trustCause } } }] } },
    );
    await waitFor(
      async () => (await fetch(`${house.app.url}/gateway/up`)).status === 200,
      () => 'the gateway',
    );
    const headers = { 'signalbox-cause': '0199ed2b-6f6e-7000-8000-000000000001;depth=2' };
    await (await fetch(`${house.app.url}/gateway/users`, { headers })).text();
    expect(upstream.deliveries.at(-1)?.headers).toMatchObject(headers);
    expect((await house.events()).at(-1)).toMatchObject({ depth, data: { request: { url: '/users' } } });
  },
);

describe('the gateway on a port of its own', () => {
  it('has no prefix there, and is not on the server of Signalbox', async () => {
    await using upstream = await startReceiver();
    const port = await freePort();
    await using house = await startRoutes(
      { all: { url: '/', upstream: { url: upstream.url } } },
      { config: { plugins: ['webhook', { use: 'route', settings: { gateway: { port } } }] } },
    );
    await waitFor(
      async () =>
        (await fetch(`http://127.0.0.1:${String(port)}/users`).catch(() => undefined))?.status === 200,
      () => 'the gateway',
    );
    expect((await fetch(`${house.app.url}/gateway/users`)).status).toBe(404);
    expect(upstream.deliveries[0]).toMatchObject({
      path: '/users',
      headers: { host: new URL(upstream.url).host },
    });
    expect((await house.events())[0]?.data.request).toMatchObject({ url: '/users' });
  });

  it('may be switched off', async () => {
    await using house = await startRoutes(
      {},
      { config: { plugins: ['webhook', { use: 'route', settings: { gateway: { enabled: false } } }] } },
    );
    expect((await fetch(`${house.app.url}/gateway/users`)).status).toBe(404);
  });
});
