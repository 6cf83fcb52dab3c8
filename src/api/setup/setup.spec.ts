import { describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { Setup } from './setup.ts';

const password = 'seven horses in a row';
const anonymous = { authorization: undefined };

const claim = (api: ApiApp, body: object) =>
  api.send('POST', '/api/setup', { name: 'Alice', password, ...body }, anonymous);

describe('the setup', () => {
  it('comes before everything but health', async () => {
    await using api = await startApi([], {});
    await api.app.get(Setup).open();
    for (const [method, url] of [
      ['GET', '/api/tasks'],
      ['POST', '/api/events'],
      ['POST', '/api/ingest/x'],
      ['POST', '/api/session'],
    ] as const) {
      const { status, body } = await api.send(method, url, undefined, anonymous);
      expect({ url, status, code: body.code }).toEqual({ url, status: 403, code: 'SETUP_REQUIRED' });
    }
    expect(await api.send('GET', '/health/ready', undefined, anonymous)).toMatchObject({ status: 200 });
  });

  it('is done once, by whoever has the token of this start', async () => {
    await using api = await startApi([], {});
    const setupToken = await api.app.get(Setup).open();
    expect((await claim(api, { setupToken: 'sbsetup_wrong' })).body).toMatchObject({ code: 'SETUP_REFUSED' });
    expect((await claim(api, { setupToken, password: 'short' })).body).toMatchObject({ field: 'password' });
    const both = await Promise.all([
      claim(api, { setupToken, apiToken: 'first' }),
      claim(api, { setupToken, name: 'eve' }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([201, 409]);
    const [{ body, headers }] = both;
    expect(body).toMatchObject({
      user: { name: 'alice', scopes: ['admin'], enabled: true },
      token: { name: 'first', scopes: ['admin'], createdBy: 'user/alice' },
    });
    const authorization = `Bearer ${body.token.token}`;
    expect(await api.send('GET', '/api/users', undefined, { authorization })).toMatchObject({ status: 200 });
    const cookie = String(headers['set-cookie']).split(';', 1)[0];
    const who = await api.send('GET', '/api/session', undefined, { ...anonymous, cookie });
    expect(who.body).toMatchObject({ kind: 'user', name: 'alice' });
    expect(await api.send('GET', '/api/tasks', undefined, anonymous)).toMatchObject({ status: 401 });
    expect(await api.app.get(Setup).open()).toBeUndefined();

    await using again = await startApi([], { identities: api.identities });
    expect(await again.app.get(Setup).open()).toBeUndefined();
  });

  it('has 60 minutes', async () => {
    await using api = await startApi([], {});
    const setupToken = await api.app.get(Setup).open(Date.now() - 3_600_000);
    expect((await claim(api, { setupToken })).body).toMatchObject({
      code: 'SETUP_REFUSED',
      detail: expect.stringContaining('expired'),
    });
  });

  it('is needed again when nobody could administer, but lets in whom it knows', async () => {
    await using api = await startApi([], {});
    const hash = '0'.repeat(64);
    api.identities.tokens.set('t', { id: 't', name: 'reader', hash, scopes: ['read'], createdAt: 0 });
    await using again = await startApi([], { identities: api.identities });
    expect(await again.app.get(Setup).open()).toMatch(/^sbsetup_/);
  });
});
