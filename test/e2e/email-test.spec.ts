import { describe, expect, it } from '@jest/globals';
import { freePort } from '../support/servers.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import type { TestSignalbox } from '../support/signalbox.ts';
import { emailSettings, startWithEmail } from '../support/wired-email.ts';

const login = { user: 'box', password: 'pa55-w0rd' };
const path = '/api/objects/email/ops';

async function test({ api }: TestSignalbox, port: number, settings: object = {}): Promise<object> {
  await api.put(path, { settings: emailSettings(port, settings), enabled: false });
  const { status, body } = await api.request('POST', `${path}/test`);
  expect(status).toBe(200);
  return body;
}

describe('the test of an email profile', () => {
  it('logs in, sends nothing, and says what was agreed on', async () => {
    await using server = await startSmtpServer({ tls: 'starttls', login });
    await using app = await startWithEmail();
    const settings = { tls: 'starttls', allowInsecureCertificates: true, ...login };
    expect(await test(app, server.port, settings)).toMatchObject({
      ok: true,
      result: { tls: { protocol: 'TLSv1.3', trusted: false }, user: 'box', reply: '250 Flushed' },
    });
    expect(await test(app, server.port, { ...settings, user: 'other' })).toMatchObject({
      ok: false,
      error: expect.stringContaining('answered AUTH PLAIN with 535'),
    });
    expect(server.mails).toEqual([]);
    for (const list of ['events', 'runs'])
      expect((await app.api.get(`/api/${list}`)).body).toEqual({ items: [] });
  });

  it.each<[string, object, string]>([
    ['without STARTTLS', { tls: 'starttls' }, 'answered STARTTLS with 5'],
    ['without a login', login, 'does not offer to log in'],
    ['without TLS', { tls: 'tls' }, 'does not speak TLS from the first byte on; is tls: starttls meant?'],
  ])('tells of a server %s', async (_, settings, error) => {
    await using server = await startSmtpServer();
    await using app = await startWithEmail();
    expect(await test(app, server.port, settings)).toMatchObject({
      ok: false,
      error: expect.stringContaining(error),
    });
  });

  it('tells that nobody listens', async () => {
    await using app = await startWithEmail();
    const port = await freePort();
    expect(await test(app, port)).toMatchObject({
      ok: false,
      error: `connection refused by 127.0.0.1:${String(port)}`,
    });
  });
});
