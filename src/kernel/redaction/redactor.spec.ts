import { describe, expect, it } from '@jest/globals';
import { createRedactor, redactHeaders, redactNothing } from './redactor.ts';

describe('a redactor', () => {
  const redact = createRedactor(['s3cr3t/värde?"x']);

  it('leaves everything as it is when there are no secrets', () => {
    expect(createRedactor([])).toBe(redactNothing);
    expect(createRedactor([''])).toBe(redactNothing);
  });

  it('masks every occurrence and nothing else', () => {
    const twice = createRedactor(['tok-12345']);
    expect(twice('a tok-12345 b tok-12345.')).toBe('a ******** b ********.');
    expect(twice('tok-1234 is another one')).toBe('tok-1234 is another one');
  });

  it('masks a secret inside JSON', () => {
    const json = JSON.stringify({ password: 's3cr3t/värde?"x', other: 'kept' });
    expect(redact(json)).toBe('{"password":"********","other":"kept"}');
  });

  it('masks a secret in a URL, in either case of the escapes', () => {
    const encoded = encodeURIComponent('s3cr3t/värde?"x');
    expect(redact(`https://a.test/?k=${encoded}&n=1`)).toBe('https://a.test/?k=********&n=1');
    const lower = encoded.replace(/%../g, (hex) => hex.toLowerCase());
    expect(redact(`?k=${lower}`)).toBe('?k=********');
  });

  it('masks a secret with a space as forms write it', () => {
    expect(createRedactor(['open sesame'])('pw=open+sesame&x=1')).toBe('pw=********&x=1');
  });

  it.each(['', 'u', 'us', 'user:', 'admin:'])('masks it in Base64 after %j', (before) => {
    const encoded = Buffer.from(`${before}s3cr3t/värde?"x`).toString('base64');
    const redacted = redact(`Authorization: Basic ${encoded}`);
    expect(redacted).toContain('********');
    const left = redacted.replace('Authorization: Basic ', '').replaceAll('*', '');
    expect(Buffer.from(left, 'base64').toString()).not.toMatch(/s3cr|3t.v/);
    expect(left.length).toBeLessThan(12);
  });

  it('masks it in hexadecimal, and as forms escape it', () => {
    const odd = createRedactor(["it's (mine)!"]);
    const hex = Buffer.from("it's (mine)!").toString('hex');
    expect(odd(`a ${hex} ${hex.toUpperCase()} z`)).toBe('a ******** ******** z');
    expect(odd('k=it%27s+%28mine%29%21&l=1')).toBe('k=********&l=1');
  });

  it('masks URL-safe Base64', () => {
    const secret = '>>>???>>>???';
    const encoded = Buffer.from(secret).toString('base64url');
    expect(createRedactor([secret])(encoded)).not.toContain(encoded);
  });

  it('takes characters with a meaning in patterns literally', () => {
    expect(createRedactor(['a.c+(x)'])('a.c+(x) abc+(x)')).toBe('******** abc+(x)');
  });

  it('masks the longer one of two secrets that begin alike in full', () => {
    expect(createRedactor(['pass', 'password1'])('password1 pass')).toBe('******** ********');
  });

  it('masks very short secrets only where they stand alone', () => {
    expect(createRedactor(['ab'])('ab cab "ab" abc')).toBe('******** cab "********" abc');
  });
});

describe('headers', () => {
  it('masks those that carry credentials and keeps the scheme readable', () => {
    const headers = redactHeaders([
      ['Authorization', 'Bearer abc'],
      ['authorization', 'raw-key'],
      ['Proxy-Authorization', 'Basic abc'],
      ['Cookie', 'sid=1'],
      ['set-cookie', 'sid=1; HttpOnly'],
      ['X-API-Key', 'k'],
      ['x-auth-token', 't'],
      ['X-Vault-Token', 't'],
      ['x-csrftoken', 't'],
      ['Location', 'https://a.test/cb?code=c&page=2'],
    ]);
    expect(headers).toEqual([
      ['Authorization', 'Bearer ********'],
      ['authorization', '********'],
      ['Proxy-Authorization', 'Basic ********'],
      ['Cookie', '********'],
      ['set-cookie', '********'],
      ['X-API-Key', '********'],
      ['x-auth-token', '********'],
      ['X-Vault-Token', '********'],
      ['x-csrftoken', '********'],
      ['Location', 'https://a.test/cb?code=[redacted]&page=2'],
    ]);
  });

  it('leaves the others as they are, in their order', () => {
    const headers = [
      ['content-type', 'application/json'],
      ['webhook-id', '1'],
      ['x-author', 'me'],
    ] as const;
    expect(redactHeaders(headers)).toEqual(headers);
  });

  it('shows those that whoever sends them says are harmless', () => {
    const headers = [['Acme-Signature', 'v1,abc=']] as const;
    expect(redactHeaders(headers)).toEqual([['Acme-Signature', '********']]);
    expect(redactHeaders(headers, ['acme-signature'])).toEqual(headers);
  });
});
