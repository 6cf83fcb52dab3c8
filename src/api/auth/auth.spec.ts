import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { adminToken, startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { declaredRoutes } from '../../../test/support/declared-routes.ts';
import { MemoryIdentities } from '../../../test/support/memory-identities.ts';
import { scopes, type Scope } from '../../domain/scopes.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** With a token for each scope, `token-<scope>`. */
function identitiesWithTokens(): MemoryIdentities {
  const identities = new MemoryIdentities();
  for (const scope of scopes) {
    const hash = sha256(`token-${scope}`);
    identities.tokens.set(scope, { id: scope, name: `${scope}er`, hash, scopes: [scope], createdAt: 0 });
  }
  return identities;
}

const withToken = (api: ApiApp, token: string | undefined, method: string, url: string) =>
  api.send(method, url, undefined, { authorization: token === undefined ? undefined : `Bearer ${token}` });

describe('authentication', () => {
  it('asks for a token on every route but health', async () => {
    await using api = await startApi([]);
    for (const url of [
      '/api/events',
      '/api/runs',
      '/api/objects',
      '/api/tasks',
      '/api/types',
      '/api/plugins',
    ]) {
      const { status, headers, body } = await withToken(api, undefined, 'GET', url);
      expect({ url, status, code: body.code }).toEqual({ url, status: 401, code: 'AUTH_REQUIRED' });
      expect(headers['www-authenticate']).toBe('Bearer realm="signalbox"');
    }
    expect(await withToken(api, undefined, 'GET', '/health/live')).toMatchObject({ status: 200 });
  });

  it('takes the admin token of an automated install and stores none', async () => {
    await using api = await startApi([]);
    expect(await withToken(api, adminToken, 'GET', '/api/tasks')).toMatchObject({ status: 200 });
    expect(await withToken(api, `${adminToken}x`, 'GET', '/api/tasks')).toMatchObject({ status: 401 });
    expect(api.identities.tokens.size).toBe(0);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', `Bearer ${adminToken} x`, adminToken])(
    'refuses the header %j',
    async (authorization) => {
      await using api = await startApi([]);
      expect(await api.send('GET', '/api/tasks', undefined, { authorization })).toMatchObject({
        status: 401,
      });
    },
  );

  it('takes the scheme in any case', async () => {
    await using api = await startApi([]);
    const authorization = `bearer ${adminToken}`;
    expect(await api.send('GET', '/api/tasks', undefined, { authorization })).toMatchObject({ status: 200 });
  });

  it.each([
    ['', 'must be at least 16 characters, got 0'],
    ['short', 'must be at least 16 characters, got 5'],
    ['with spaces in between', 'must be printable ASCII without spaces'],
  ])('refuses to start with the admin token %j', async (token, problem) => {
    await expect(startApi([], { adminToken: token })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `SIGNALBOX_ADMIN_TOKEN: ${problem}`,
    });
  });
});

describe('scopes', () => {
  const routes: readonly (readonly [method: string, url: string, scope: Scope])[] = [
    ['POST', '/api/events', 'ingest'],
    ['GET', '/api/events', 'read'],
    ['GET', '/api/events/x', 'read'],
    ['GET', '/api/events/x/explain', 'read'],
    ['POST', '/api/events:explain', 'read'],
    ['GET', '/api/runs', 'read'],
    ['GET', '/api/runs/x', 'read'],
    ['POST', '/api/runs/x/retry', 'operate'],
    ['POST', '/api/runs/x/cancel', 'operate'],
    ['POST', '/api/runs:retry', 'operate'],
    ['POST', '/api/runs:cancel', 'operate'],
    ['GET', '/api/runs/held', 'read'],
    ['GET', '/api/secrets', 'admin'],
    ['POST', '/api/secrets:rotate', 'admin'],
    ['GET', '/api/objects', 'read'],
    ['GET', '/api/objects/lamp', 'read'],
    ['GET', '/api/objects/lamp/x', 'read'],
    ['POST', '/api/objects/lamp', 'admin'],
    ['PUT', '/api/objects/lamp/x', 'admin'],
    ['PATCH', '/api/objects/lamp/x', 'admin'],
    ['DELETE', '/api/objects/lamp/x', 'admin'],
    ['POST', '/api/objects/lamp/x/test', 'operate'],
    ['GET', '/api/tags', 'read'],
    ['GET', '/api/tags/x/x', 'read'],
    ['PUT', '/api/tags/x/x', 'admin'],
    ['PATCH', '/api/tags/x/x', 'admin'],
    ['DELETE', '/api/tags/x/x', 'admin'],
    ['POST', '/api/tags/x/x/objects', 'admin'],
    ['GET', '/api/tasks', 'read'],
    ['POST', '/api/tasks', 'admin'],
    ['GET', '/api/tasks/x', 'read'],
    ['GET', '/api/tasks/x/targets', 'read'],
    ['PUT', '/api/tasks/x', 'admin'],
    ['PATCH', '/api/tasks/x', 'admin'],
    ['DELETE', '/api/tasks/x', 'admin'],
    ['POST', '/api/tasks/x/run', 'operate'],
    ['GET', '/api/event-triggers', 'read'],
    ['POST', '/api/event-triggers', 'admin'],
    ['POST', '/api/event-triggers/x/fire', 'operate'],
    ['GET', '/api/event-triggers/x', 'read'],
    ['PUT', '/api/event-triggers/x', 'admin'],
    ['PATCH', '/api/event-triggers/x', 'admin'],
    ['DELETE', '/api/event-triggers/x', 'admin'],
    ['GET', '/api/triggers', 'read'],
    ['POST', '/api/triggers', 'admin'],
    ['POST', '/api/triggers/x/fire', 'operate'],
    ['GET', '/api/triggers/x', 'read'],
    ['PUT', '/api/triggers/x', 'admin'],
    ['PATCH', '/api/triggers/x', 'admin'],
    ['DELETE', '/api/triggers/x', 'admin'],
    ['DELETE', '/api/runs/x', 'admin'],
    ['GET', '/api/stream', 'read'],
    ['GET', '/api/config', 'read'],
    ['POST', '/api/config/plan', 'admin'],
    ['POST', '/api/config/apply', 'admin'],
    ['GET', '/metrics', 'read'],
    ['GET', '/api/openapi.json', 'read'],
    ['GET', '/api/types', 'read'],
    ['GET', '/api/types/x', 'read'],
    ['GET', '/api/health', 'read'],
    ['GET', '/api/plugins', 'read'],
    ['GET', '/api/plugins/x', 'read'],
    ['GET', '/api/task-logs', 'read'],
    ['GET', '/api/task-logs/x', 'read'],
    ['DELETE', '/api/task-logs/x', 'admin'],
    ['GET', '/api/audit', 'admin'],
    ['GET', '/api/audit/x', 'admin'],
    ['GET', '/api/tokens', 'admin'],
    ['POST', '/api/tokens', 'admin'],
    ['GET', '/api/tokens/x', 'admin'],
    ['PUT', '/api/tokens/x', 'admin'],
    ['PATCH', '/api/tokens/x', 'admin'],
    ['DELETE', '/api/tokens/x', 'admin'],
    ['GET', '/api/users', 'admin'],
    ['POST', '/api/users', 'admin'],
    ['GET', '/api/users/x', 'admin'],
    ['PUT', '/api/users/x', 'admin'],
    ['PATCH', '/api/users/x', 'admin'],
    ['DELETE', '/api/users/x', 'admin'],
  ];

  /** Routes that every token and session opens. */
  const forAnybodyKnown = [
    ['GET', '/api/session'],
    ['DELETE', '/api/session'],
    ['PUT', '/api/session/password'],
  ] as const;

  /** Routes that no token of the API opens: each asks for a credential of its own. */
  const withOwnCredential = [
    ['POST', '/api/ingest/x', 401, 'INBOUND_REFUSED', undefined],
    ['POST', '/api/session', 401, 'LOGIN_FAILED', { user: 'x', password: 'x' }],
    ['POST', '/api/setup', 409, 'CONFLICT', { setupToken: 'x', name: 'x', password: 'x' }],
  ] as const;

  const tokens = [undefined, 'token-nobody', ...scopes.map((scope) => `token-${scope}`)];

  it('do not open the routes that have a credential of their own', async () => {
    await using api = await startApi([], { identities: identitiesWithTokens() });
    for (const [method, url, status, code, body] of withOwnCredential) {
      for (const token of tokens) {
        const authorization = token === undefined ? undefined : `Bearer ${token}`;
        const answer = await api.send(method, url, body, { authorization });
        expect({ url, token, status: answer.status, code: answer.body.code }).toEqual({
          url,
          token,
          status,
          code,
        });
      }
    }
  });

  it('are asked for by every route that has no credential of its own', async () => {
    await using api = await startApi([], { identities: identitiesWithTokens() });
    for (const [method, url] of [...routes, ...forAnybodyKnown]) {
      for (const token of [undefined, 'token-nobody']) {
        const { status, headers, body } = await withToken(api, token, method, url);
        expect({ method, url, status, code: body.code }).toEqual({
          method,
          url,
          status: 401,
          code: 'AUTH_REQUIRED',
        });
        expect(headers['www-authenticate']).toBe('Bearer realm="signalbox"');
      }
    }
  });

  it('let a token in where its scope or admin is asked for, and nowhere else', async () => {
    // A stream would not end.
    await using api = await startApi([], { identities: identitiesWithTokens(), stream: { maxStreams: 0 } });
    for (const [method, url, needed] of [
      ...routes,
      ...forAnybodyKnown.map((route) => [...route, undefined] as const),
    ]) {
      for (const scope of scopes) {
        const { status, body } = await withToken(api, `token-${scope}`, method, url);
        const allowed = needed === undefined || scope === needed || scope === 'admin';
        expect({ method, url, scope, allowed: ![401, 403].includes(status) }).toEqual({
          method,
          url,
          scope,
          allowed,
        });
        if (!allowed)
          expect(body).toMatchObject({ code: 'FORBIDDEN', detail: expect.stringContaining(`"${needed}"`) });
      }
    }
  });

  it('are said for every route', async () => {
    await using api = await startApi([]);
    const declared = declaredRoutes(api.app)
      // Those that are open to all: health, and the page of the docs, which tells nothing by itself.
      .filter((route) => !/\/health\/|\/api\/docs/.test(route))
      .map((route) => route.replace(':type', 'lamp').replace(/(?<=\/):\w+/g, 'x'));
    const said = [...routes, ...forAnybodyKnown, ...withOwnCredential].map(
      ([method, url]) => `${method} ${url}`,
    );
    expect(declared.sort()).toEqual(said.sort());
  });
});
