import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { deliver, refusedWebhook } from '../support/wired-webhook.ts';

describe('the headers of a webhook', () => {
  it('are the content type alone, unless some are given', async () => {
    const { rawHeaders } = await deliver();
    expect(names(rawHeaders)).toEqual([
      'host',
      'connection',
      'content-type',
      'webhook-id',
      'webhook-timestamp',
      'signalbox-cause',
      'user-agent',
      'accept-encoding',
      'content-length',
    ]);
    expect(valueOf(rawHeaders, 'content-type')).toBe('application/json');
  });

  it('arrive in their order, as they were written, repeats included', async () => {
    const headers = [
      { name: 'X-Route', value: 'eu' },
      { name: 'content-type', value: 'application/json' },
      { name: 'x-PRIORITY', value: '1', secret: true },
      { name: 'X-Route', value: 'us' },
    ];
    const { rawHeaders } = await deliver({ settings: { headers } });
    expect(pairs(rawHeaders)).toEqual(
      expect.arrayContaining(headers.map(({ name, value }) => [name, value])),
    );
    const custom = pairs(rawHeaders).filter(([name]) => headers.some((header) => header.name === name));
    expect(custom).toEqual(headers.map(({ name, value }) => [name, value]));
  });

  it('may have another content type', async () => {
    const headers = [{ name: 'Content-Type', value: 'application/vnd.acme+json; charset=utf-8' }];
    const { rawHeaders, body } = await deliver({ settings: { headers } });
    expect(valueOf(rawHeaders, 'content-type')).toBe('application/vnd.acme+json; charset=utf-8');
    expect(JSON.parse(body)).toEqual({ text: 'Webhook' });
  });

  it('have no content type when it was removed', async () => {
    const { headers } = await deliver({ settings: { headers: [] } });
    expect(headers).not.toHaveProperty('content-type');
  });

  it('may name another user agent, but not another encoding of the answer', async () => {
    const headers = [{ name: 'User-Agent', value: 'Acme/1' }];
    const { rawHeaders } = await deliver({ settings: { headers } });
    expect(pairs(rawHeaders).filter(([name]) => name.toLowerCase() === 'user-agent')).toEqual([
      ['User-Agent', 'Acme/1'],
    ]);
    expect(valueOf(rawHeaders, 'accept-encoding')).toBe('identity');
  });

  it('may be 32, with values of 4,096 characters', async () => {
    const headers = Array.from({ length: 32 }, (_, i) => ({
      name: `x-${String(i)}`,
      value: i === 31 ? 'v'.repeat(4_096) : String(i),
    }));
    const { rawHeaders } = await deliver({ settings: { headers } });
    for (const { name, value } of headers) expect(valueOf(rawHeaders, name)).toBe(value);
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

  const named = [
    'Host',
    'content-length',
    'Transfer-Encoding',
    'CONNECTION',
    'keep-alive',
    'Upgrade',
    'TE',
    'Trailer',
    'Expect',
    'Proxy-Authorization',
    'proxy-connection',
    'Accept-Encoding',
    'webhook-id',
    'Webhook-Timestamp',
    'webhook-signature',
    '',
    'a b',
    'x:y',
    'x\r\ny',
    'ü',
  ];
  it.each(named)('refuses the header %j', async (name) => {
    const headers = [
      { name: 'x-fine', value: '1' },
      { name, value: '1' },
    ];
    expect(await refusedWebhook(app.api, { headers })).toMatchObject({
      code: 'SETTINGS_INVALID',
      field: 'settings.headers[1].name',
    });
  });

  it.each([
    ['a line break', 'a\r\nHost: evil'],
    ['a line feed', 'a\nb'],
    ['a carriage return', 'a\rb'],
    ['NUL', 'a\0b'],
    ['a control character', 'a\u0007'],
    ['a character beyond Latin-1', '€'],
    ['4,097 characters', 'v'.repeat(4_097)],
  ])('refuses a header value with %s', async (_what, value) => {
    const headers = [{ name: 'x-a', value }];
    expect(await refusedWebhook(app.api, { headers })).toMatchObject({
      code: 'SETTINGS_INVALID',
      field: 'settings.headers[0].value',
    });
  });

  it('refuses more than 32 headers', async () => {
    const headers = Array.from({ length: 33 }, (_, i) => ({ name: `x-${String(i)}`, value: '1' }));
    const problem = await refusedWebhook(app.api, { headers });
    expect(problem).toMatchObject({ code: 'SETTINGS_INVALID', field: 'settings.headers' });
    expect(problem.detail).toContain('at most 32 headers');
  });

  it.each([
    [{ type: 'bearer', token: 't' }, 'AUTHORIZATION'],
    [{ type: 'apikey', key: 'k', header: 'X-Key' }, 'x-key'],
  ])('refuses a header that %j sets already', async (auth, name) => {
    const headers = [{ name, value: '1' }];
    expect(await refusedWebhook(app.api, { auth, headers })).toMatchObject({
      field: 'settings.headers[0].name',
    });
  });
});

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as const] : []));
}

function names(rawHeaders: readonly string[]): readonly string[] {
  return pairs(rawHeaders).map(([name]) => name.toLowerCase());
}

function valueOf(rawHeaders: readonly string[], wanted: string): string | undefined {
  return pairs(rawHeaders).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
