import { expect, it } from '@jest/globals';
import { redactHeaders, redactUrl } from './call-redaction.ts';

it('keeps headers that tell nobody anything, in lower case', () => {
  const headers = {
    'Content-Type': 'text/plain',
    'content-length': 5,
    vary: ['a', 'b'],
    'x-author': 'A',
    absent: undefined,
  };
  expect(redactHeaders(headers)).toEqual({
    'content-type': 'text/plain',
    'content-length': '5',
    vary: 'a, b',
    'x-author': 'A',
  });
});

it.each([
  ...['authorization', 'Proxy-Authorization', 'cookie', 'set-cookie', 'x-api-key', 'X-ApiKey', 'api_key'],
  ...['x-auth-token', 'x-csrf-token', 'x-amz-security-token', 'x-hub-signature-256', 'webhook-signature'],
  ...[
    'x-session-id',
    'x-vault-token',
    'private-token',
    'x-goog-iap-jwt-assertion',
    'x-access-key',
    'x-client-secret',
  ],
])('leaves out the value of %s', (name) => {
  expect(redactHeaders({ [name]: ['a', 'b'] })).toEqual({ [name.toLowerCase()]: '[redacted]' });
});

it.each([
  ['/a?page=2&sort=name', '/a?page=2&sort=name'],
  ['/a?token=x&page=2', '/a?token=[redacted]&page=2'],
  ['/a?page=2&API_KEY=a=b', '/a?page=2&API_KEY=[redacted]'],
  ['/a?access%5Ftoken=x', '/a?access%5Ftoken=[redacted]'],
  ['/a?X-Amz-Signature=x&X-Amz-Date=1', '/a?X-Amz-Signature=[redacted]&X-Amz-Date=1'],
  ['/a?user[password]=x&user[name]=b', '/a?user[password]=[redacted]&user[name]=b'],
  [
    '/a?accessToken=x&clientSecret=y&code=z',
    '/a?accessToken=[redacted]&clientSecret=[redacted]&code=[redacted]',
  ],
  ['/a?monkey=1&tokens=2&encoded=%zz&%zz=1', '/a?monkey=1&tokens=2&encoded=%zz&%zz=1'],
  ['/token=x', '/token=x'],
])('of %s keeps %s', (url, kept) => {
  expect(redactUrl(url)).toBe(kept);
});
