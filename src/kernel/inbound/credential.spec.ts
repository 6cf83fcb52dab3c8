import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { inboundAuth } from '../../sdk/index.ts';
import { bearsCredential, credentialHeaders } from './credential.ts';

const body = Buffer.from('{"ä": 1}\n');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const takes = (auth: object, headers: Record<string, string>, bytes: Uint8Array = body): boolean =>
  bearsCredential(inboundAuth().parse(auth), { headers, body: bytes });

describe('a bearer token', () => {
  const auth = { type: 'bearer', token: 'token-of-an-endpoint' };

  it('is taken with its scheme in any case', () => {
    expect(takes(auth, { authorization: 'Bearer token-of-an-endpoint' })).toBe(true);
    expect(takes(auth, { authorization: 'bearer  token-of-an-endpoint ' })).toBe(true);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer token-of-an-endpoin',
    'Bearer token-of-an-endpoint2',
    'Bearer token-of-an-endpoint x',
    'token-of-an-endpoint',
    `Basic ${base64(':token-of-an-endpoint')}`,
  ])('is not %j', (authorization) => {
    expect(takes(auth, authorization === undefined ? {} : { authorization })).toBe(false);
  });
});

describe('a user and password', () => {
  const auth = { type: 'basic', user: 'ops', password: 'pässwörd: with colon' };

  it('are taken', () => {
    expect(takes(auth, { authorization: `Basic ${base64('ops:pässwörd: with colon')}` })).toBe(true);
    expect(takes(auth, { authorization: `basic ${base64('ops:pässwörd: with colon')}` })).toBe(true);
  });

  it.each(['ops:wrong password of it', 'Ops:pässwörd: with colon', 'ops', ''])('are not %j', (text) => {
    expect(takes(auth, { authorization: `Basic ${base64(text)}` })).toBe(false);
  });
});

describe('a token in a header of its own', () => {
  const auth = { type: 'header', header: 'X-Token', value: 'token-of-an-endpoint' };

  it('is taken there and nowhere else', () => {
    expect(takes(auth, { 'x-token': 'token-of-an-endpoint' })).toBe(true);
    expect(takes(auth, { 'x-token': 'Token-of-an-endpoint' })).toBe(false);
    expect(takes(auth, { 'x-token': 'token-of-an-endpoint, x' })).toBe(false);
    expect(takes(auth, { authorization: 'Bearer token-of-an-endpoint' })).toBe(false);
  });
});

describe('a signature', () => {
  const secret = 'secret-of-an-endpoint';

  it.each([
    ['sha1', 'hex', ''],
    ['sha256', 'hex', 'sha256='],
    ['sha512', 'hex', ''],
    ['sha256', 'base64', ''],
    ['sha512', 'base64', 'v1,'],
  ] as const)('%s in %s after %j is taken for these very bytes', (algorithm, encoding, prefix) => {
    const auth = { type: 'hmac', secret, header: 'X-Sig', algorithm, encoding, prefix };
    const signature = prefix + createHmac(algorithm, secret).update(body).digest(encoding);
    expect(takes(auth, { 'x-sig': signature })).toBe(true);
    for (let i = 0; i < body.length; i++) {
      const changed = Buffer.from(body);
      changed[i]! ^= 1;
      expect(takes(auth, { 'x-sig': signature }, changed)).toBe(false);
    }
    expect(takes(auth, { 'x-sig': signature.slice(prefix.length + 1) })).toBe(false);
    expect(takes(auth, { 'x-sig': '' })).toBe(false);
    expect(takes(auth, {})).toBe(false);
    if (prefix !== '') expect(takes(auth, { 'x-sig': signature.slice(prefix.length) })).toBe(false);
  });

  it('is that of the example in the documentation of GitHub', () => {
    const auth = { type: 'hmac', secret: "It's a Secret to Everybody", prefix: 'sha256=' };
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(takes(auth, { 'x-signature': signature }, Buffer.from('Hello, World!'))).toBe(true);
  });

  it('may have its digits in capitals, but not its prefix or Base64', () => {
    const hex = createHmac('sha256', secret).update(body).digest('hex').toUpperCase();
    const auth = { type: 'hmac', secret, prefix: 'sha256=' };
    expect(takes(auth, { 'x-signature': `sha256=${hex}` })).toBe(true);
    expect(takes(auth, { 'x-signature': `SHA256=${hex}` })).toBe(false);
    const base = createHmac('sha256', secret).update(body).digest('base64');
    const other = base === base.toUpperCase() ? base.toLowerCase() : base.toUpperCase();
    expect(takes({ ...auth, prefix: '', encoding: 'base64' }, { 'x-signature': other })).toBe(false);
  });
});

it('asks for nothing only where that is written', () => {
  expect(takes({ type: 'none' }, {})).toBe(true);
  expect(inboundAuth().safeParse(undefined).success).toBe(false);
  expect(inboundAuth().safeParse({}).success).toBe(false);
});

it.each([
  { type: 'bearer', token: 'fifteen-letters' },
  { type: 'bearer', token: 'with spaces in between' },
  { type: 'basic', user: 'a:b', password: 'sixteen-letters-' },
  { type: 'basic', user: 'a', password: '' },
  { type: 'header', header: 'X Token', value: 'sixteen-letters-' },
  { type: 'header', header: 'Host', value: 'sixteen-letters-' },
  { type: 'hmac', secret: 'fifteen-letters' },
  { type: 'hmac', secret: 'sixteen-letters-', algorithm: 'md5' },
  { type: 'none', token: 'sixteen-letters-' },
])('is refused when it is saved: %j', (auth) => {
  expect(inboundAuth().safeParse(auth).success).toBe(false);
});

it('names every header in which it may stand', () => {
  const auth = inboundAuth().parse({ type: 'header', header: 'X-Token', value: 'sixteen-letters-' });
  expect(credentialHeaders(auth)).toEqual(['authorization', 'proxy-authorization', 'cookie', 'x-token']);
});
