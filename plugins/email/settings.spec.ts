import { describe, expect, it } from '@jest/globals';
import { emailSettings, sendPolicy } from './settings.ts';

const least = { host: 'mail.example.com', from: { address: 'box@example.com' } };

function problems(settings: object): string[] {
  const issues = emailSettings.safeParse({ ...least, ...settings }).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('settings', () => {
  it('need a host and a sender, and know the rest', () => {
    expect(emailSettings.parse(least)).toEqual({
      host: 'mail.example.com',
      port: 587,
      tls: 'starttls',
      from: { name: 'Signalbox', address: 'box@example.com' },
      allowInsecureCertificates: false,
      timeout: 30,
      retries: 5,
      backoff: { first: 30, factor: 4, max: 43_200 },
      concurrency: 3,
    });
  });

  it('take the sender as one text, too', () => {
    const parsed = (from: string) => emailSettings.parse({ ...least, from }).from;
    expect(parsed('"Box, the" <box@exämple.com>')).toEqual({
      name: 'Box, the',
      address: 'box@xn--exmple-cua.com',
    });
    expect(parsed('box@example.com')).toEqual({ name: '', address: 'box@example.com' });
    expect(problems({ from: 'a@example.com, b@example.com' })[0]).toContain('from: ');
  });

  it.each(['mailhost', '10.0.0.5', 'fd00::5', 'a_b.example.com', 'xn--exmple-cua.com'])(
    'take %s as a host',
    (host) => {
      expect(problems({ host })).toEqual([]);
    },
  );

  it.each([
    '',
    'mail.example.com:25',
    'smtp://mail.example.com',
    'user@mail.example.com',
    'mail.example.com/x',
    '[fd00::5]',
    'a..b',
    'mail.example.com.',
    'mail example',
    'mail\r\n',
    'exämple.com',
  ])('refuse %j as a host', (host) => {
    expect(problems({ host })).toEqual([
      'host: must be a host name such as mail.example.com, or an IP address',
    ]);
  });

  it.each<[string, object]>([
    ['port: must be a whole number from 1 to 65535 (as a port), got 0', { port: 0 }],
    ['timeout: must be 3 to 120 seconds, got 2', { timeout: 2 }],
    ['timeout: must be 3 to 120 seconds, got 121', { timeout: 121 }],
    ['retries: must be a whole number from 0 to 100 (retries), got 101', { retries: 101 }],
    ['concurrency: must be a whole number from 1 to 64 (connections), got 0', { concurrency: 0 }],
    ['password: must be given with user', { user: 'me' }],
    ['user: must be given with password', { password: 'secret' }],
    ['user: must not contain line breaks', { user: 'me\r\nyou', password: 'secret' }],
    ['password: must not contain line breaks', { user: 'me', password: 'a\0b' }],
    ['from.address: must be an address such as ops@example.com', { from: { address: 'ops' } }],
    [
      'from.address: must be an address such as ops@example.com',
      { from: { address: 'a@example.com, b@example.com' } },
    ],
    [
      'from.address: must be an address such as ops@example.com',
      { from: { address: 'a@example.com\r\nBcc: b@example.com' } },
    ],
    ['from.name: must not contain line breaks', { from: { ...least.from, name: 'A\r\nBcc: b@example.com' } }],
  ])('are refused in words: %s', (problem, settings) => {
    expect(problems(settings)).toContain(problem);
  });

  it('refuse what they do not know', () => {
    expect(problems({ tls: 'ssl' })[0]).toContain('tls');
    expect(problems({ timout: 5 })[0]).toContain('timout');
  });

  it('decide on time and retries', () => {
    const settings = emailSettings.parse({ ...least, timeout: 10, retries: 1, backoff: { first: 2 } });
    expect(sendPolicy(settings)).toEqual({
      timeoutMs: 12_000,
      retries: 1,
      backoffMs: 2_000,
      backoffFactor: 4,
      maxBackoffMs: 43_200_000,
      concurrency: 3,
    });
  });
});
