import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';

describe('API tokens', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([], { adminToken });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  const make = async (body: object) => {
    const { status, headers, body: made } = await api.send('POST', '/api/tokens', body);
    expect({ status, made }).toMatchObject({
      status: 201,
      made: { token: expect.stringMatching(/^sbx_[\w-]{43}$/) },
    });
    expect(headers['location']).toBe(`/api/tokens/${made.id}`);
    return made;
  };

  it('are shown once, work at once, and are gone at once', async () => {
    const { token, ...view } = await make({ name: 'ci', scopes: ['ingest', 'read'] });
    expect(view).toMatchObject({ scopes: ['ingest', 'read'], createdBy: 'token/SIGNALBOX_ADMIN_TOKEN' });
    expect((await api.send('GET', `/api/tokens/${view.id}`)).body).toEqual(view);
    expect(JSON.stringify([...api.identities.tokens.values()])).not.toContain(token);
    expect(await api.send('GET', '/api/tasks', undefined, as(token))).toMatchObject({ status: 200 });
    expect(await api.send('POST', '/api/tokens', {}, as(token))).toMatchObject({ status: 403 });
    expect((await api.send('GET', '/api/session', undefined, as(token))).body).toEqual({
      kind: 'token',
      name: 'ci',
      scopes: ['ingest', 'read'],
    });
    const patched = await api.send('PATCH', `/api/tokens/${view.id}`, { name: 'cd', scopes: ['ingest'] });
    expect(patched.body).toMatchObject({ name: 'cd', scopes: ['ingest'] });
    expect(await api.send('GET', '/api/tasks', undefined, as(token))).toMatchObject({ status: 403 });
    expect(await api.send('DELETE', `/api/tokens/${view.id}`)).toMatchObject({ status: 204 });
    expect(await api.send('GET', '/api/tasks', undefined, as(token))).toMatchObject({ status: 401 });
    expect(await api.send('GET', `/api/tokens/${view.id}`)).toMatchObject({ status: 404 });
  });

  it('expire', async () => {
    const { id, token } = await make({ name: 'short', scopes: ['read'], expiresAt: '2999-01-01T00:00:00Z' });
    expect(await api.send('GET', '/api/tasks', undefined, as(token))).toMatchObject({ status: 200 });
    const { identities } = api;
    identities.tokens.set(id, { ...identities.tokens.get(id)!, expiresAt: Date.now() });
    await using later = await startApi([], { adminToken, identities });
    const { status, body } = await later.send('GET', '/api/tasks', undefined, as(token));
    expect({ status, detail: body.detail }).toEqual({ status: 401, detail: 'the token "short" has expired' });
    expect(await later.send('PATCH', `/api/tokens/${id}`, { expiresAt: null })).toMatchObject({
      status: 200,
    });
    expect(await later.send('GET', '/api/tasks', undefined, as(token))).toMatchObject({ status: 200 });
  });

  it('tell when they were used last; the disk hears of it later', async () => {
    const { id, token } = await make({ name: 'used', scopes: ['read'] });
    expect((await api.send('GET', `/api/tokens/${id}`)).body.lastUsedAt).toBeUndefined();
    await api.send('GET', '/api/tasks', undefined, as(token));
    expect((await api.send('GET', `/api/tokens/${id}`)).body.lastUsedAt).toMatch(/Z$/);
    expect(api.identities.tokens.get(id)?.lastUsedAt).toBeUndefined();
    api.identities.fail = true;
    await api.app.get(IdentityDirectory).tidy();
    api.identities.fail = false;
    await api.app.get(IdentityDirectory).tidy();
    expect(api.identities.tokens.get(id)?.lastUsedAt).toBeGreaterThan(0);
  });

  it.each([
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['root'] }, 'scopes'],
    [{ name: 'x', scopes: ['read', 'read'] }, 'scopes'],
    [{ name: '', scopes: ['read'] }, 'name'],
    [{ name: 'a\nb', scopes: ['read'] }, 'name'],
    [{ name: 'x', scopes: ['read'], expiresAt: 'soon' }, 'expiresAt'],
    [{ name: 'x', scopes: ['read'], expiresAt: '2001-01-01T00:00:00Z' }, 'expiresAt'],
    [{ name: 'x', scopes: ['read'], hash: 'x' }, 'hash'],
  ])('are refused: %j', async (body, field) => {
    const answer = await api.send('POST', '/api/tokens', body);
    expect({ status: answer.status, field: answer.body.field }).toEqual({ status: 422, field });
  });

  it('have names of their own', async () => {
    await make({ name: 'one', scopes: ['read'] });
    for (const name of ['one', 'SIGNALBOX_ADMIN_TOKEN'])
      expect(await api.send('POST', '/api/tokens', { name, scopes: ['read'] })).toMatchObject({
        status: 409,
      });
  });

  it('keep somebody who may administer, unless the start of the server has brought one', async () => {
    const only = await make({ name: 'only', scopes: ['admin'] });
    await using later = await startApi([], { identities: api.identities });
    const headers = as(only.token);
    for (const [method, body] of [
      ['DELETE', undefined],
      ['PATCH', { scopes: ['read'] }],
      ['PATCH', { expiresAt: '2999-01-01T00:00:00Z' }],
    ] as const)
      expect((await later.send(method, `/api/tokens/${only.id}`, body, headers)).body).toMatchObject({
        code: 'LAST_ADMIN',
      });
    expect(await api.send('DELETE', `/api/tokens/${only.id}`)).toMatchObject({ status: 204 });
  });

  it('are not made when they cannot be stored', async () => {
    api.identities.fail = true;
    expect(await api.send('POST', '/api/tokens', { name: 'lost', scopes: ['read'] })).toMatchObject({
      status: 503,
    });
    api.identities.fail = false;
    expect((await api.send('GET', '/api/tokens')).body.items).not.toContainEqual(
      expect.objectContaining({ name: 'lost' }),
    );
  });
});
