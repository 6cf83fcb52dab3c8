import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RouteTable } from '../../src/api/http/route-table.ts';
import { problem } from '../support/problem.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';

interface Route {
  readonly method: string;
  readonly path: string;
}

const health = /^\/health(\/|$)/;
/** The page for browsers tells nothing by itself; what it shows asks for a token. */
const page = /^\/api\/docs(\/|$)/;
/** Where somebody without a token gets in: with a password, or with the setup token. */
const doors: readonly string[] = ['POST /api/session', 'POST /api/setup'];
/** Asks for the credential of one endpoint instead of a token. */
const ownCredential = /^\/api\/ingest\//;

describe('without a valid token', () => {
  let receiver: Receiver;
  let app: TestSignalbox;
  /** Every route of the server, whoever has registered it. */
  let routes: readonly Route[];

  beforeAll(async () => {
    const registered = jest.spyOn(RouteTable.prototype, 'add');
    receiver = await startReceiver();
    app = await startSignalbox({ config: tellOps(receiver.url) });
    routes = registered.mock.calls.flatMap(([path, methods]) =>
      [methods]
        .flat()
        .map((method) => ({ method, path: path.replace(/(?<!:):\w+|\*/g, 'tell').replace('::', ':') })),
    );
    registered.mockRestore();
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const ask = async ({ method, path }: Route, authorization?: string) => {
    const response = await fetch(app.url + path, {
      method,
      headers: authorization === undefined ? {} : { authorization },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };

  it.each([
    ['no token', undefined],
    ['a wrong token', 'Bearer wrong-token-0123456789'],
    ['an empty token', 'Bearer '],
    ['a token that is cut short', 'Bearer test-admin-token-012345678'],
    [
      'a token of another scheme',
      `Basic ${Buffer.from('admin:test-admin-token-0123456789').toString('base64')}`,
    ],
  ])('every route but health answers 401: %s', async (_what, authorization) => {
    const closed = routes.filter(
      ({ method, path }) => !health.test(path) && !page.test(path) && !doors.includes(`${method} ${path}`),
    );
    expect(closed.length).toBeGreaterThan(30);
    expect(closed).toContainEqual({ method: 'POST', path: '/api/events' });
    expect(closed).toContainEqual({ method: 'POST', path: '/api/ingest/tell' });
    expect(closed).toContainEqual({ method: 'POST', path: '/api/tasks/tell/run' });
    for (const route of closed) {
      const answer = await ask(route, authorization);
      expect({ ...route, status: answer.status }).toEqual({ ...route, status: 401 });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
      const code = ownCredential.test(route.path) ? 'INBOUND_REFUSED' : 'AUTH_REQUIRED';
      if (route.method !== 'HEAD') expect(answer).toMatchObject(problem(code));
    }
    // Nothing was done either.
    expect(await app.api.get('/api/events')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await app.api.get('/api/tasks/tell')).toMatchObject({ status: 200 });
  });

  it('health answers', async () => {
    const open = routes.filter(({ path }) => health.test(path));
    expect(open).toEqual(
      expect.arrayContaining([
        { method: 'GET', path: '/health/live' },
        { method: 'GET', path: '/health/ready' },
      ]),
    );
    for (const route of open) {
      const { status, body } = await ask(route);
      expect({ ...route, status }).toEqual({ ...route, status: 200 });
      if (route.method !== 'HEAD') expect(body).toMatchObject({ status: 'ok' });
    }
  });
});
