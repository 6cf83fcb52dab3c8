import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { deliver, refusedWebhook } from '../support/wired-webhook.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the authorization of a webhook', () => {
  it.each([
    ['nothing, unless it has one', {}, undefined],
    ['nothing, when it is of type none', { auth: { type: 'none' } }, undefined],
    [
      'a bearer token with the word Bearer before it',
      { auth: { type: 'bearer', token: 'tok-1.a/b+c=' } },
      'Bearer tok-1.a/b+c=',
    ],
    ['an API key as it is, nothing put before it', { auth: { type: 'apikey', key: 'Key 4711' } }, 'Key 4711'],
    [
      'user and password as Basic',
      { auth: { type: 'basic', user: 'ops', password: 'pä:ss word' } },
      `Basic ${base64('ops:pä:ss word')}`,
    ],
    [
      'a user without a password as Basic',
      { auth: { type: 'basic', user: 'ops', password: '' } },
      `Basic ${base64('ops:')}`,
    ],
  ])('arrives as %s', async (_what, settings, authorization) => {
    const { headers } = await deliver({ settings });
    expect(headers.authorization).toBe(authorization);
  });

  it('puts an API key into the header that was chosen', async () => {
    const { headers } = await deliver({
      settings: { auth: { type: 'apikey', header: 'X-Api-Key', key: 'Key 4711' } },
    });
    expect(headers).toMatchObject({ 'x-api-key': 'Key 4711' });
    expect(headers).not.toHaveProperty('authorization');
  });
});

describe('saving a webhook', () => {
  let app: TestSignalbox;
  beforeAll(async () => {
    app = await startSignalbox();
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  it.each([
    ['auth.token', { type: 'bearer', token: 'Bearer abc-secret' }],
    ['auth.token', { type: 'bearer', token: '' }],
    ['auth.token', { type: 'bearer', token: 'abc-secret\r\nX-More: 1' }],
    ['auth.token', { type: 'bearer' }],
    ['auth.key', { type: 'apikey', key: 'abc-secret\n' }],
    ['auth.header', { type: 'apikey', key: 'abc-secret', header: 'Proxy-Authorization' }],
    ['auth.user', { type: 'basic', user: 'a:b', password: 'abc-secret' }],
    ['auth.password', { type: 'basic', user: 'a' }],
    ['auth.type', { type: 'digest', password: 'abc-secret' }],
  ])('names %s when it refuses %j, but not the secret', async (field, auth) => {
    const problem = await refusedWebhook(app.api, { auth });
    expect(problem).toMatchObject({ code: 'SETTINGS_INVALID', field: `settings.${field}` });
    expect(JSON.stringify(problem)).not.toContain('abc-secret');
  });
});
