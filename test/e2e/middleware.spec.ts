import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expressReporter, fastifyReporter, type ReporterOptions } from 'signalbox/middleware';
import { startRoutes, type CallEvent, type RouteHouse } from '../support/routes.ts';
import { waitFor } from '../support/wait-for.ts';

/** An application that reports its calls. */
interface Application {
  readonly url: string;
  close(): Promise<void>;
}

type StartApplication = (options: ReporterOptions) => Promise<Application>;

async function listening(server: Server, close: () => Promise<unknown>): Promise<Application> {
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    async close() {
      server.closeAllConnections();
      await close();
    },
  };
}

const expressOf =
  (framework: typeof express): StartApplication =>
  async (options) => {
    const app = framework();
    const report = expressReporter(options);
    app.use(report);
    app.use(framework.json(), framework.urlencoded({ extended: false }));
    const users = framework.Router();
    users.post('/', (request, response) => {
      response.status(201).json({ id: 7, got: request.body as object });
    });
    users.get('/broken', () => {
      throw new Error('no such table');
    });
    app.use('/api/users', users);
    app.get('/big', (_request, response) => {
      response.type('text/plain').write('x'.repeat(50_000));
      response.end('y'.repeat(50_000));
    });
    app.get('/packed', (_request, response) => {
      response.type('json').set('content-encoding', 'gzip').send(gzipSync('{"a":1}'));
    });
    app.get('/never', (_request, response) => {
      response.write('half');
    });
    app.use(((_error, _request, response, _next) => {
      response.status(500).json({ error: 'sorry' });
    }) as express.ErrorRequestHandler);
    const server = app.listen(0, '127.0.0.1');
    return listening(server, async () => {
      server.close();
      await report.close();
    });
  };

const fastifyApplication: StartApplication = async (options) => {
  const app = fastify({ forceCloseConnections: true });
  await app.register(fastifyReporter, options);
  await app.register(
    (users, _options, done) => {
      users.post('/', (request, reply) => reply.code(201).send({ id: 7, got: request.body }));
      users.get('/broken', () => {
        throw new Error('no such table');
      });
      done();
    },
    { prefix: '/api/users' },
  );
  app.get('/big', (_request, reply) =>
    reply.type('text/plain').send('x'.repeat(50_000) + 'y'.repeat(50_000)),
  );
  app.get('/packed', (_request, reply) =>
    reply.type('application/json').header('content-encoding', 'gzip').send(gzipSync('{"a":1}')),
  );
  app.get('/never', (_request, reply) => {
    reply.hijack();
    reply.raw.write('half');
  });
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ error: 'sorry' }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return listening(app.server, () => app.close());
};

describe.each<[string, StartApplication]>([
  ['Express 5', expressOf(express)],
  ['Express 4', expressOf(express4)],
  ['Fastify 5', fastifyApplication],
])('the calls of an application made with %s', (_, startApplication) => {
  let house: RouteHouse;
  let app: Application;

  beforeEach(async () => {
    house = await startRoutes({
      users: { method: 'POST', url: '^/api/users', label: 'New user', tag: 'crm' },
    });
  });
  afterEach(async () => {
    await app.close().catch(() => undefined);
    await house[Symbol.asyncDispose]();
  });

  const start = async (more: Partial<ReporterOptions> = {}) => {
    app = await startApplication({ url: house.app.url, token: house.app.token, ...more });
  };
  const events = (count: number): Promise<readonly CallEvent[]> =>
    waitFor(
      async () => {
        const all = await house.events();
        return all.length >= count && all;
      },
      () => `${String(count)} events`,
    );

  it('are events of their routes, as those of the gateway', async () => {
    await start();
    const response = await fetch(`${app.url}/api/users?source=web&token=t0p`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x', 'x-request': 'yes' },
      body: '{"name":"A"}',
    });
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 201,
      body: { id: 7, got: { name: 'A' } },
    });
    const [event] = await events(1);
    expect(event).toMatchObject({
      type: 'route.completed',
      object: 'users',
      data: {
        request: {
          method: 'POST',
          url: '/api/users?source=web&token=[redacted]',
          tag: 'crm',
          headers: { authorization: '[redacted]', 'x-request': 'yes' },
          body: { name: 'A' },
        },
        response: {
          status: 201,
          headers: { 'content-type': expect.stringContaining('application/json') },
          body: { id: 7, got: { name: 'A' } },
        },
        durationMs: expect.any(Number),
        route: { id: 'users', label: 'New user', tag: 'crm' },
      },
    });
    expect(await house.receiver.got(1)).toHaveLength(1);
  });

  it('have failed when they were answered with an error, or not to the end', async () => {
    await start();
    expect((await fetch(`${app.url}/api/users/broken`)).status).toBe(500);
    expect((await fetch(`${app.url}/nowhere`)).status).toBe(404);
    const gone = new AbortController();
    await fetch(`${app.url}/never`, { signal: gone.signal });
    gone.abort();
    expect(
      (await events(3)).map(({ type, data }) => [
        type,
        data.request['url'],
        data.response?.['status'],
        data.error,
      ]),
    ).toEqual([
      ['route.failed', '/api/users/broken', 500, undefined],
      ['route.failed', '/nowhere', 404, undefined],
      ['route.failed', '/never', 200, 'the caller went away before the end of the answer'],
    ]);
  });

  it('are kept with the beginning of long bodies, and with packed ones unpacked', async () => {
    await start();
    expect(await (await fetch(`${app.url}/big`)).text()).toBe('x'.repeat(50_000) + 'y'.repeat(50_000));
    expect(await (await fetch(`${app.url}/packed`)).json()).toEqual({ a: 1 });
    const [big, packed] = await events(2);
    expect(big?.data.response).toMatchObject({
      body: 'x'.repeat(50_000) + 'y'.repeat(15_536),
      truncated: true,
    });
    expect(packed?.data.response).toMatchObject({ body: { a: 1 } });
  });

  it('may be left out, and their bodies, too', async () => {
    await start({ filter: ({ request }) => request.url.startsWith('/api/'), maxBodyBytes: 0 });
    await (await fetch(`${app.url}/big`)).text();
    expect(
      (
        await fetch(`${app.url}/api/users`, {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(201);
    const [event] = await events(1);
    expect(event?.data.request['url']).toBe('/api/users');
    expect(event?.data.request).not.toHaveProperty('body');
    expect(event?.data.response).not.toHaveProperty('body');
  });

  it('are sent when the application is closed', async () => {
    await start();
    await Promise.all(Array.from({ length: 20 }, async () => (await fetch(`${app.url}/nowhere`)).text()));
    await app.close();
    expect(await house.events()).toHaveLength(20);
  });
});
