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
  ...['x-authorization', 'x-forwarded-authorization', 'authentication', 'x-auth', 'x-oauth', 'x-csrftoken'],
  ...['cookie2', 'Set-Cookie2', 'x-xsrf', 'accesstoken'],
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
  ['/cb#access_token=x&state=1', '/cb#access_token=[redacted]&state=1'],
  ['/cb?a=1#/in?code=x', '/cb?a=1#/in?code=[redacted]'],
  ['/a;jsessionid=x/b;v=1?page=2', '/a;jsessionid=[redacted]/b;v=1?page=2'],
  ['/in?next=/a?token=x&page=2', '/in?next=/a?token=[redacted]&page=2'],
  ['/a?token=x?y', '/a?token=[redacted]'],
  ['https://me:x@app.test/a?b=c', 'https://[redacted]@app.test/a?b=c'],
])('of %s keeps %s', (url, kept) => {
  expect(redactUrl(url)).toBe(kept);
});

it.each([
  ['Referer', 'https://app.test/in?token=x&page=2', 'https://app.test/in?token=[redacted]&page=2'],
  [
    'location',
    'https://app.test/cb?code=x&state=1#id_token=y',
    'https://app.test/cb?code=[redacted]&state=1#id_token=[redacted]',
  ],
  ['content-location', '/a?api_key=x', '/a?api_key=[redacted]'],
  ['x-original-url', '/a?token=x', '/a?token=[redacted]'],
  [
    'link',
    '</a?token=x&page=2>; rel="next", </a?page=9>; rel="last"',
    '</a?token=[redacted]&page=2>; rel="next", </a?page=9>; rel="last"',
  ],
])('leaves out the secrets in the URL of %s', (name, value, kept) => {
  expect(redactHeaders({ [name]: value })).toEqual({ [name.toLowerCase()]: kept });
});
