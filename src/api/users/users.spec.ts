import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, startApi, type ApiApp } from '../../../test/support/api-app.ts';

const password = 'seven horses in a row';

describe('users and their sessions', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([], { adminToken });
    for (const [name, scope] of [
      ['alice', 'admin'],
      ['bob', 'read'],
    ] as const)
      expect(await api.send('POST', '/api/users', { name, password, scopes: [scope] })).toMatchObject({
        status: 201,
      });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  const anonymous = { authorization: undefined };
  const logIn = (user: string, body: object = {}, headers = {}) =>
    api.send('POST', '/api/session', { user, password, ...body }, { ...anonymous, ...headers });
  const cookieOf = async (user: string, body: object = {}) => {
    const { status, headers } = await logIn(user, body);
    expect(status).toBe(201);
    return { ...anonymous, cookie: String(headers['set-cookie']).split(';', 1)[0] };
  };
  const csrf = { 'signalbox-csrf': '1' };
  const statusOf = async (headers: Record<string, string | undefined>) =>
    (await api.send('GET', '/api/session', undefined, headers)).status;

  it('show no password, and take names in any case', async () => {
    const { body } = await api.send('GET', '/api/users');
    expect(body.items).toMatchObject([{ name: 'alice' }, { name: 'bob', scopes: ['read'], enabled: true }]);
    expect(JSON.stringify(body)).not.toContain('argon2');
    expect(await api.send('POST', '/api/users', { name: 'ALICE', password, scopes: ['read'] })).toMatchObject(
      { status: 409 },
    );
    expect(await api.send('GET', '/api/users/Alice')).toMatchObject({ status: 200 });
    expect(await logIn('Alice')).toMatchObject({ status: 201 });
  });

  it.each([
    [{ name: 'a b', password, scopes: ['read'] }, 'name'],
    [{ name: '-a', password, scopes: ['read'] }, 'name'],
    [{ name: 'carol', password: 'carol-carol-carol', scopes: ['read'] }, 'password'],
    [{ name: 'carol', password, scopes: [] }, 'scopes'],
  ])('are refused: %j', async (sent, field) => {
    const { status, body } = await api.send('POST', '/api/users', sent);
    expect({ status, field: body.field }).toEqual({ status: 422, field });
  });

  it('say in one way that a log-in failed, whatever was wrong', async () => {
    await api.send('POST', '/api/users', { name: 'gone', password, scopes: ['read'], enabled: false });
    const answers = await Promise.all([logIn('nobody'), logIn('gone'), logIn('bob', { password: 'wrong' })]);
    const [first] = answers;
    expect(first).toMatchObject({ status: 401, body: { code: 'LOGIN_FAILED' } });
    for (const { body } of answers)
      expect({ ...body, requestId: '' }).toEqual({ ...first.body, requestId: '' });
  });

  it('are limited in their failures', async () => {
    const tries = [];
    for (let i = 0; i < 11; i++) tries.push(await logIn('guessed', { password: 'wrong' }));
    expect(tries.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429]);
    expect(Number(tries.at(-1)?.headers['retry-after'])).toBeGreaterThan(800);
  });

  it('get a cookie that no script reads and no other site has sent', async () => {
    const plain = String((await logIn('bob')).headers['set-cookie']);
    expect(plain).toMatch(
      /^signalbox=sbsession_[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    for (const headers of [{ 'x-forwarded-proto': 'https' }, { origin: 'https://signalbox.example.com' }]) {
      const secure = String((await logIn('bob', {}, headers)).headers['set-cookie']);
      expect(secure).toMatch(/^__Host-signalbox=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    }
  });

  it('need a header of their own for changes by cookie, and not for bearer tokens', async () => {
    const cookie = await cookieOf('alice');
    const event = { type: 'no.such' };
    expect((await api.send('POST', '/api/events', event, cookie)).body).toMatchObject({
      code: 'CSRF_REFUSED',
    });
    expect((await api.send('POST', '/api/events', event, { ...cookie, ...csrf })).body).toMatchObject({
      code: 'EVENT_TYPE_UNKNOWN',
    });
    const { body } = await logIn('alice', { as: 'bearer' });
    const bearer = { authorization: `Bearer ${body.token}` };
    expect((await api.send('POST', '/api/events', event, bearer)).body).toMatchObject({
      code: 'EVENT_TYPE_UNKNOWN',
    });
    // What was given out as one of them is not taken as the other.
    expect(await statusOf({ authorization: `Bearer ${cookie.cookie!.split('=')[1]!}` })).toBe(401);
    expect(await statusOf({ ...anonymous, cookie: `signalbox=${body.token}` })).toBe(401);
  });

  it('log out', async () => {
    const cookie = await cookieOf('bob');
    const other = await cookieOf('bob');
    const answer = await api.send('DELETE', '/api/session', undefined, { ...cookie, ...csrf });
    expect(answer).toMatchObject({
      status: 204,
      headers: { 'set-cookie': expect.arrayContaining([expect.stringContaining('Max-Age=0')]) },
    });
    expect([await statusOf(cookie), await statusOf(other)]).toEqual([401, 200]);
    expect(await api.send('DELETE', '/api/session')).toMatchObject({ status: 404 });
  });

  it('change their own password, which ends their other sessions', async () => {
    await api.send('POST', '/api/users', { name: 'dora', password, scopes: ['admin'] });
    const [cookie, other] = [await cookieOf('dora'), await cookieOf('dora')];
    const change = (body: object) => api.send('PUT', '/api/session/password', body, { ...cookie, ...csrf });
    const next = 'eight horses in a row';
    expect(await change({ current: 'wrong', password: next })).toMatchObject({ status: 401 });
    expect(await change({ current: password, password: 'short' })).toMatchObject({ status: 422 });
    expect(await change({ current: password, password: next })).toMatchObject({ status: 204 });
    expect([await statusOf(cookie), await statusOf(other)]).toEqual([200, 401]);
    expect(await logIn('dora')).toMatchObject({ status: 401 });
    const bypass = await api.send('PATCH', '/api/users/dora', { password }, { ...cookie, ...csrf });
    expect(bypass).toMatchObject({ status: 403 });
    expect(await api.send('PATCH', '/api/users/dora', { password })).toMatchObject({ status: 200 });
    expect(await statusOf(cookie)).toBe(401);
    expect(await api.send('DELETE', '/api/users/dora')).toMatchObject({ status: 204 });
  });

  it('lose what they may at once, and their sessions when they are disabled', async () => {
    await api.send('POST', '/api/users', { name: 'emil', password, scopes: ['read'] });
    const cookie = await cookieOf('emil');
    await api.send('PATCH', '/api/users/emil', { scopes: ['ingest'] });
    expect(await api.send('GET', '/api/tasks', undefined, cookie)).toMatchObject({ status: 403 });
    await api.send('PATCH', '/api/users/emil', { enabled: false });
    await api.send('PATCH', '/api/users/emil', { enabled: true });
    expect(await statusOf(cookie)).toBe(401);
  });

  it('keep an administrator', async () => {
    for (const [method, body] of [
      ['DELETE', undefined],
      ['PATCH', { enabled: false }],
      ['PATCH', { scopes: ['read'] }],
    ] as const)
      expect((await api.send(method, '/api/users/alice', body)).body).toMatchObject({ code: 'LAST_ADMIN' });
    await api.send('PATCH', '/api/users/bob', { scopes: ['admin'] });
    expect(await api.send('PATCH', '/api/users/alice', { scopes: ['read'] })).toMatchObject({ status: 200 });
  });

  it('end by themselves', async () => {
    const identities = api.identities;
    const cookie = await cookieOf('bob');
    const [session] = [...identities.sessions.values()].slice(-1);
    const hours = 3_600_000;
    for (const [ended, change] of [
      [false, {}],
      [true, { lastUsedAt: Date.now() - 12 * hours }],
      [true, { expiresAt: Date.now() }],
    ] as const) {
      identities.sessions.set(session!.id, { ...session!, ...change });
      await using again = await startApi([], { adminToken, identities });
      const { status } = await again.send('GET', '/api/session', undefined, cookie);
      expect({ change, status }).toEqual({ change, status: ended ? 401 : 200 });
    }
  });
});
