import { describe, expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startRoutes } from '../support/routes.ts';

/* An event as APIO has it: a label, an HTTP method and the URL of custom route calls as a regular expression. */

function report(method: string, url: string, more: { status?: number; type?: string; error?: string } = {}) {
  const { status = 200, type = 'route.completed', error } = more;
  return {
    type,
    data: { request: { method, url, body: { foo: 'bar' } }, response: { status, body: {} }, error },
  };
}

describe('an event has a label, a method and a regular expression of the URL', () => {
  it('and is told of each call that matches them, with them', async () => {
    await using house = await startRoutes({
      1: { name: 'event-1', method: 'POST', url: '/some/url', tag: 'tag-1' },
      orders: { url: '^/api/v\\d+/orders/(\\d+)$', label: 'Order' },
      any: { url: 'url|orders' },
      other: { method: 'GET', url: '/some/url' },
    });
    await house.app.api.publish(report('post', '/api/v01/some/url/path'));
    await house.app.api.publish(report('DELETE', 'https://api.example.com/api/v2/orders/7'));
    await house.app.api.publish(report('GET', '/nothing'));
    const events = await house.events();
    expect(
      events.map(({ object, data: { request, route } }) => [
        object,
        request['method'],
        request['url'],
        route,
      ]),
    ).toEqual([
      ['1', 'POST', '/api/v01/some/url/path', { id: '1', label: 'event-1', tag: 'tag-1' }],
      ['any', 'POST', '/api/v01/some/url/path', { id: 'any', label: 'any' }],
      ['any', 'DELETE', '/api/v2/orders/7', { id: 'any', label: 'any' }],
      ['orders', 'DELETE', '/api/v2/orders/7', { id: 'orders', label: 'Order' }],
      [undefined, 'GET', '/nothing', undefined],
    ]);
    const deliveries = await house.receiver.got(4);
    expect(deliveries.map(({ body }) => (JSON.parse(body) as { route: string }).route).sort()).toEqual([
      ...['1', 'any', 'any', 'orders'],
    ]);
  });

  it.each([
    ['^/api/(?!internal)', 'invalid or unsupported Perl syntax: `(?!`'],
    ['/users/(', 'missing closing )'],
  ])('and %s is refused when it is saved, with the reason', async (url, reason) => {
    await using house = await startRoutes({});
    const answer = await house.app.api.request('PUT', '/api/objects/route/odd', { settings: { url } });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'SETTINGS_INVALID', field: 'settings.url', detail: expect.stringContaining(reason) },
    });
  });

  it('and follows the route as it is changed', async () => {
    await using house = await startRoutes({ users: { url: '/users' } });
    const { api } = house.app;
    const about = async (url: string) => (
      await api.publish(report('GET', url)),
      (await house.events()).at(-1)?.object
    );
    expect(await about('/users')).toBe('users');
    await api.put('/api/objects/route/users', { settings: { url: '/people' } });
    expect([await about('/users'), await about('/people')]).toEqual([undefined, 'users']);
    await api.request('PATCH', '/api/objects/route/users', { enabled: false });
    expect(await about('/people')).toBeUndefined();
  });
});

describe('an event fires when the call has completed successfully, and only then', () => {
  it('a reported call that was not successful is no completed one', async () => {
    await using house = await startRoutes({ users: { url: '/users' } });
    const answer = await house.app.api.request(
      'POST',
      '/api/events',
      report('GET', '/users', { status: 404 }),
    );
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'EVENT_INVALID',
        field: 'data.response.status',
        detail: expect.stringContaining('must be 200 to 399, got 404: report this call as route.failed'),
      },
    });
    await house.app.api.publish(report('GET', '/users', { status: 404, type: 'route.failed' }));
    await house.app.api.publish(report('GET', '/users', { status: 200 }));
    expect((await house.receiver.got(1)).map(({ body }) => JSON.parse(body))).toMatchObject([
      { call: { response: { status: 200 } } },
    ]);
    expect((await house.events()).map(({ type, object }) => [type, object])).toEqual([
      ['route.failed', 'users'],
      ['route.completed', 'users'],
    ]);
    expect(await house.app.api.runs()).toHaveLength(1);
  });

  it('a call through the gateway that was not successful sends nothing', async () => {
    await using upstream = await startReceiver({
      respond: ({ path }) => ({ status: Number(path.slice(1)) }),
    });
    await using house = await startRoutes({ all: { url: '/', upstream: { url: upstream.url } } });
    for (const status of [500, 404, 201]) {
      expect((await fetch(`${house.app.url}/gateway/${String(status)}`)).status).toBe(status);
    }
    const [delivery] = await house.receiver.got(1);
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({ call: { response: { status: 201 } } });
    expect((await house.events()).map(({ type }) => type)).toEqual([
      'route.failed',
      'route.failed',
      'route.completed',
    ]);
    expect(await house.app.api.runs()).toHaveLength(1);
  });
});

it('a call through the gateway and one that is reported are the same to everybody', async () => {
  await using upstream = await startReceiver({
    respond: () => ({ status: 201, headers: { 'content-type': 'application/json' }, body: '{"id": 7}' }),
  });
  await using house = await startRoutes({
    all: { url: '^/api/', name: 'All', upstream: { url: upstream.url } },
    users: { url: '/users$', method: 'POST', label: 'New user', tag: 'crm' },
  });
  await fetch(`${house.app.url}/gateway/api/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name": "A"}',
  });
  await house.receiver.got(2);
  await house.app.api.publish({
    type: 'route.completed',
    data: {
      request: { method: 'post', url: '/api/users', body: { name: 'A' } },
      response: { status: 201, body: { id: 7 } },
    },
  });
  const deliveries = await house.receiver.got(4);
  const told = deliveries.map(({ body }) => {
    const { route, call } = JSON.parse(body) as {
      route: string;
      call: Record<string, Record<string, unknown>>;
    };
    const { headers: _, ...request } = call['request']!;
    const { headers: __, ...response } = call['response']!;
    return { key: route, route: call['route'], request, response };
  });
  const expected = [
    {
      key: 'all',
      route: { id: 'all', label: 'All' },
      request: { method: 'POST', url: '/api/users', body: { name: 'A' } },
    },
    {
      key: 'users',
      route: { id: 'users', label: 'New user', tag: 'crm' },
      request: { method: 'POST', url: '/api/users', body: { name: 'A' }, tag: 'crm' },
    },
  ].map((call) => ({ ...call, response: { status: 201, body: { id: 7 } } }));
  const inOrder = (calls: typeof told) => calls.sort((one, other) => (one.key < other.key ? -1 : 1));
  expect(inOrder(told.slice(0, 2))).toEqual(expected);
  expect(inOrder(told.slice(2))).toEqual(expected);
});
