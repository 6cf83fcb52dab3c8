import { describe, expect, it } from '@jest/globals';
import { completedCall, failedCall } from './call.ts';
import { routesOf } from './route-table.ts';
import { routeSettings, type Route, type RouteSettings } from './settings.ts';
import { subjectsOf } from './subjects.ts';

function route(key: string, settings: Partial<RouteSettings> & { url: string }): Route {
  return {
    type: 'route',
    key,
    name: `Route ${key}`,
    tags: [],
    changedAt: 0,
    settings: routeSettings.parse(settings),
  };
}

function problems(schema: { safeParse(value: unknown): { error?: { issues: object[] } } }, value: unknown) {
  return schema.safeParse(value).error?.issues ?? [];
}

function call(method: string, url: string, status = 200) {
  return completedCall.parse({ request: { method, url }, response: { status } });
}

describe('the settings of a route', () => {
  it('are a pattern and any method unless they say more', () => {
    expect(routeSettings.parse({ url: '/users' })).toEqual({ method: 'ANY', url: '/users' });
    expect(routeSettings.parse({ url: '/', upstream: { url: 'http://10.0.0.5' } }).upstream).toEqual({
      url: 'http://10.0.0.5',
      timeout: 30,
      allowInsecureCertificates: false,
    });
  });

  it.each([
    [
      'with a look-ahead',
      '(?=a)b',
      'cannot be used: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
    [
      'with a back-reference',
      '(a)\\1',
      'cannot be used: error parsing regexp: invalid escape sequence: `\\1`',
    ],
    ['that does not end', '/users/[', 'cannot be used: error parsing regexp: missing closing ]'],
    ['without anything', '', 'must not be empty'],
    ['that is too long', 'a'.repeat(1_001), 'must be at most 1000 characters'],
  ])('refuse a pattern %s', (_, url, problem) => {
    expect(problems(routeSettings, { url })).toEqual([
      expect.objectContaining({ path: ['url'], message: expect.stringContaining(problem) }),
    ]);
  });

  it.each([
    [{ url: 'ftp://10.0.0.5' }, 'url', 'must be an http:// or https:// URL'],
    [{ url: 'http://me:secret@10.0.0.5' }, 'url', 'must not contain user info'],
    [{ url: 'http://10.0.0.5/?a=b' }, 'url', 'must end with its path'],
    [{ url: 'http://10.0.0.5', timeout: 0 }, 'timeout', 'must be 0.1 to 3600 seconds'],
    [{ url: 'http://10.0.0.5', stripPrefix: 'api' }, 'stripPrefix', 'must be a path that begins with /'],
  ])('refuse the upstream %j', (upstream, field, message) => {
    expect(problems(routeSettings, { url: '/', upstream })).toEqual([
      expect.objectContaining({ path: ['upstream', field], message }),
    ]);
  });
});

describe('a call', () => {
  it('is kept with its method in upper case and its URL without host', () => {
    const url = 'https://api.example.com:8443/users?page=2#top';
    const { request } = call('get', url);
    expect(request).toEqual({ method: 'GET', url: '/users?page=2' });
    expect(call('GET', 'https://api.example.com').request.url).toBe('/');
  });

  it.each([100, 199, 400, 404, 500])('that was answered with %i was not completed', (status) => {
    const data = { request: { method: 'GET', url: '/' }, response: { status } };
    expect(problems(completedCall, data)).toEqual([
      expect.objectContaining({
        path: ['response', 'status'],
        message: `must be 200 to 399, got ${String(status)}: report this call as route.failed`,
      }),
    ]);
    expect(problems(failedCall, data)).toEqual([]);
  });

  it.each([200, 204, 301, 399])(
    'that was answered with %i has failed only if something says so',
    (status) => {
      const data = { request: { method: 'GET', url: '/' }, response: { status } };
      expect(problems(completedCall, data)).toEqual([]);
      expect(problems(failedCall, { ...data, error: 'the upstream broke off' })).toEqual([]);
      expect(problems(failedCall, data)).toEqual([expect.objectContaining({ path: ['response', 'status'] })]);
    },
  );

  it('without an answer says what went wrong', () => {
    const request = { method: 'GET', url: '/' };
    expect(problems(failedCall, { request, error: 'connection refused' })).toEqual([]);
    expect(problems(failedCall, { request })).toEqual([expect.objectContaining({ path: ['error'] })]);
  });
});

describe('the routes of a call', () => {
  it('are those whose method and URL fit, wherever the pattern is found', () => {
    const routes = [
      route('any', { url: '/users' }),
      route('exact', { url: '^/users$' }),
      route('get', { method: 'GET', url: 'ser' }),
      route('post', { method: 'POST', url: '/users' }),
      route('query', { url: 'page=\\d+$' }),
    ];
    const found = (method: string, url: string) => routesOf(routes, { method, url }).map(({ key }) => key);
    expect(found('GET', '/users')).toEqual(['any', 'exact', 'get']);
    expect(found('POST', '/users?page=7')).toEqual(['any', 'post', 'query']);
    expect(found('LINK', '/api/users')).toEqual(['any']);
    expect(found('GET', '/groups')).toEqual([]);
  });

  it('are found by what is not kept of the URL, too', () => {
    const routes = [route('callback', { url: '[?&]code=\\d+$' })];
    const reported = completedCall.parse({
      request: { method: 'GET', url: '/cb?code=123' },
      response: { status: 200 },
    });
    expect(subjectsOf(reported, routes)).toMatchObject([
      { object: 'callback', data: { request: { url: '/cb?code=[redacted]' } } },
    ]);
  });

  it.each([
    ['/%61dmin/x', ['admin']],
    ['/%C3%a9', ['accent']],
    ['/a%2fb', ['slash']],
    ['/x?%70age=1', ['page']],
    ['/%%36%31dmin', []],
  ])('of %s are the same, whichever way it is written', (url, keys) => {
    const routes = [
      route('accent', { url: '^/%C3%A9$' }),
      route('admin', { url: '^/admin' }),
      route('page', { url: 'page=1' }),
      route('slash', { url: '^/a%2Fb$' }),
    ];
    const found = subjectsOf(call('GET', url), routes);
    expect(found.map(({ object }) => object)).toEqual(keys);
  });

  it('each get the call with their own label and tag', () => {
    const routes = [
      route('1', { url: '/users', label: 'Users', tag: 'crm' }),
      route('2', { url: '/users' }),
      route('3', { url: '/groups' }),
    ];
    const reported = completedCall.parse({
      request: { method: 'POST', url: '/users', tag: 'theirs', body: { name: 'A' } },
      response: { status: 201, body: {} },
      route: { id: 'forged', label: 'forged' },
    });
    expect(subjectsOf(reported, routes)).toEqual([
      {
        object: '1',
        data: {
          request: { method: 'POST', url: '/users', tag: 'crm', body: { name: 'A' } },
          response: { status: 201, body: {} },
          route: { id: '1', label: 'Users', tag: 'crm' },
        },
      },
      {
        object: '2',
        data: {
          request: { method: 'POST', url: '/users', tag: 'theirs', body: { name: 'A' } },
          response: { status: 201, body: {} },
          route: { id: '2', label: 'Route 2' },
        },
      },
    ]);
  });
});

it('keeps of a reported call what the gateway would keep: no credentials, no more than 64 KiB of a body', () => {
  const reported = completedCall.parse({
    request: {
      method: 'post',
      url: '/x?token=hush&page=2',
      headers: { authorization: 'Bearer hush', cookie: 'a=hush', accept: 'text/html' },
      body: { text: 'x'.repeat(100_000) },
    },
    response: { status: 200, headers: { 'set-cookie': 'a=hush' }, body: 'y'.repeat(100_000) },
  });
  expect(JSON.stringify(reported)).not.toContain('hush');
  expect(reported.request).toMatchObject({ headers: { accept: 'text/html' }, truncated: true });
  expect(reported.request.body).toHaveLength(65_536);
  expect(reported.response).toMatchObject({ body: 'y'.repeat(65_536), truncated: true });
});
