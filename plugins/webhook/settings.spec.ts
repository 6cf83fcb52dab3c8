import { describe, expect, it } from '@jest/globals';
import { z } from 'signalbox/sdk';
import { sendPolicy } from './send.ts';
import { webhookSettings } from './settings.ts';

const url = 'https://hooks.example.com/x';

/** `path: message` of everything that is wrong. */
function problems(settings: unknown): string[] {
  const result = webhookSettings.safeParse(settings);
  return (result.error?.issues ?? []).map(({ path, message }) => `${z.core.toDotPath(path)}: ${message}`);
}

describe('settings of a webhook', () => {
  it('need nothing but a URL', () => {
    expect(webhookSettings.parse({ url })).toEqual({
      url,
      method: 'POST',
      auth: { type: 'none' },
      headers: [{ name: 'content-type', value: 'application/json', secret: false }],
      allowInsecureCertificates: false,
      timeout: 5,
      retries: 3,
      backoff: { first: 5, factor: 4, max: 43_200 },
      concurrency: 8,
      health: { holdAfter: 10, probeEvery: 30, disableAfter: 5 },
      signingSecrets: [],
    });
  });

  it('stay the same when they are parsed again', () => {
    const parsed = webhookSettings.parse({
      url,
      method: 'PATCH',
      auth: { type: 'apikey', key: 'raw-key' },
      headers: [
        { name: 'x-a', value: '1' },
        { name: 'x-a', value: '2', secret: true },
      ],
      dataLocation: 'root/result',
      payloadSecret: 'shared',
      signingSecrets: [{ secret: `whsec_${Buffer.alloc(24).toString('base64')}` }],
    });
    expect(parsed.auth).toEqual({ type: 'apikey', key: 'raw-key', header: 'Authorization' });
    expect(webhookSettings.parse(parsed)).toEqual(parsed);
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
  });

  it('can be described as JSON Schema, for editors and forms', () => {
    const schema = z.toJSONSchema(webhookSettings, { io: 'input' });
    expect(schema.required).toEqual(['url']);
    expect(Object.keys(schema.properties ?? {})).toContain('signingSecrets');
  });

  it('decide on time limit, retries and concurrency', () => {
    const settings = webhookSettings.parse({
      url,
      timeout: 7,
      retries: 0,
      concurrency: 2,
      backoff: { first: 0.05, max: 60 },
      health: { holdAfter: 0, probeEvery: 5, disableAfter: 2 },
    });
    expect(sendPolicy(settings)).toEqual({
      timeoutMs: 8_000,
      retries: 0,
      backoffMs: 50,
      backoffFactor: 4,
      maxBackoffMs: 60_000,
      concurrency: 2,
      holdAfter: 0,
      probeEveryMs: 5_000,
      disableAfterMs: 172_800_000,
    });
  });

  it('may have no headers at all', () => {
    expect(webhookSettings.parse({ url, headers: [] }).headers).toEqual([]);
  });

  const validKey = `whsec_${Buffer.alloc(24).toString('base64')}`;
  const tooMany = Array.from({ length: 33 }, () => ({ name: 'x', value: 'y' }));

  it.each<[string, object]>([
    ['timeout: must be 3 to 120 seconds, got 1', { timeout: 1 }],
    ['timeout: must be 3 to 120 seconds, got 121', { timeout: 121 }],
    ['timeout: must be 3 to 120 seconds, got "5"', { timeout: '5' }],
    ['retries: must be 0 to 100 retries, got -1', { retries: -1 }],
    ['retries: must be 0 to 100 retries, got 101', { retries: 101 }],
    ['retries: must be 0 to 100 retries, got 1.5', { retries: 1.5 }],
    ['concurrency: must be 1 to 256 requests, got 0', { concurrency: 0 }],
    ['concurrency: must be 1 to 256 requests, got 257', { concurrency: 257 }],
    ['backoff.factor: must be 1 to 100 times, got 0', { backoff: { factor: 0 } }],
    ['backoff.first: must be 0.01 to 43200 seconds, got 0', { backoff: { first: 0 } }],
    ['url: must be an http:// or https:// URL', { url: 'hooks.example.com' }],
    ['url: must be an http:// or https:// URL', { url: 'ftp://hooks.example.com' }],
    ['url: must be an http:// or https:// URL', { url: undefined }],
    ['url: must not contain user info; use auth of type basic instead', { url: 'https://me:pw@example.com' }],
    ['url: must be at most 2048 characters', { url: `${url}?${'x'.repeat(2_048)}` }],
    [
      'auth.token: must be the token alone, without the word Bearer',
      { auth: { type: 'bearer', token: 'Bearer t' } },
    ],
    ['auth.token: must not be empty', { auth: { type: 'bearer', token: '' } }],
    ['auth.user: must not contain a colon', { auth: { type: 'basic', user: 'a:b', password: 'p' } }],
    ['headers: must be at most 32 headers', { headers: tooMany }],
    [
      'headers[0].value: must be at most 4096 characters',
      { headers: [{ name: 'x', value: 'y'.repeat(4_097) }] },
    ],
    [
      'headers[0].name: "Host" cannot be set: it belongs to the connection',
      { headers: [{ name: 'Host', value: 'x' }] },
    ],
    [
      'headers[0].name: "proxy-authorization" cannot be set: it belongs to the connection',
      { headers: [{ name: 'proxy-authorization', value: 'x' }] },
    ],
    [
      'headers[0].name: webhook-id is set by the webhook itself',
      { headers: [{ name: 'Webhook-ID', value: 'x' }] },
    ],
    [
      'headers[0].name: accept-encoding cannot be set: answers are not decompressed',
      { headers: [{ name: 'accept-encoding', value: 'gzip' }] },
    ],
    [
      'headers[0].name: "a b" is not a header name (letters, digits and - only)',
      { headers: [{ name: 'a b', value: '' }] },
    ],
    [
      'headers[0].name: "Authorization" is already set by auth',
      { auth: { type: 'bearer', token: 't' }, headers: [{ name: 'authorization', value: 'x' }] },
    ],
    [
      'dataLocation: must be names separated by single slashes, such as root/result',
      { dataLocation: '/root' },
    ],
    [
      'signingSecrets[0].secret: must be "whsec_" and 24 to 64 bytes in Base64',
      { signingSecrets: [{ secret: 'x' }] },
    ],
    [
      'signingSecrets: must contain a secret without validUntil',
      { signingSecrets: [{ secret: validKey, validUntil: '2030-01-31T12:00:00Z' }] },
    ],
    [
      'signingSecrets[0].validUntil: must be a time such as 2030-01-31T12:00:00Z',
      { signingSecrets: [{ secret: validKey, validUntil: 'tomorrow' }] },
    ],
  ])('are refused in words: %s', (problem, settings) => {
    expect(problems({ url, ...settings })).toContain(problem);
  });

  it.each(['a\r\nb', 'a\nb', 'a\0b', 'a\u20acb'])('refuse the header value %j', (value) => {
    const problem = 'must not contain line breaks or other characters that a header cannot carry';
    expect(problems({ url, headers: [{ name: 'x', value }] })).toEqual([`headers[0].value: ${problem}`]);
    expect(problems({ url, auth: { type: 'bearer', token: value } })).toEqual([`auth.token: ${problem}`]);
    expect(problems({ url, auth: { type: 'apikey', key: value } })).toEqual([`auth.key: ${problem}`]);
  });

  it('refuse what they do not know', () => {
    expect(problems({ url, timout: 5 })[0]).toContain('timout');
    expect(problems({ url, auth: { type: 'digest' } })[0]).toContain('auth.type');
  });
});
