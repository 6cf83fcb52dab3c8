import { describe, expect, it } from '@jest/globals';
import { freePort } from '../support/servers.ts';
import { startSmtpServer, type SmtpAnswer, type SmtpOptions } from '../support/smtp-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWithEmail, wireEmail } from '../support/wired-email.ts';

const login = { user: 'box', password: 'pa55-w0rd' };

/** Answers in their order, and takes all mails after them. */
function answering(...answers: readonly SmtpAnswer[]): SmtpOptions {
  return { onMail: (n) => answers[n - 1] };
}

describe('a mail that the server does not take now', () => {
  it('is sent again, as the same mail', async () => {
    await using server = await startSmtpServer(answering(451, 421));
    await using app = await startWithEmail();
    const email = await wireEmail(app.api, { port: server.port });
    const run = await email.send();
    expect(run).toMatchObject({ state: 'succeeded', attempts: 3 });
    expect(run.attemptLog).toMatchObject([
      {
        outcome: 'retrying',
        error: `127.0.0.1:${String(server.port)} answered DATA with 451 as the test wants it`,
        received: { reply: '451 as the test wants it' },
      },
      { outcome: 'retrying', error: expect.stringContaining('421') },
      { outcome: 'succeeded', received: { reply: '250 OK: message queued' } },
    ]);
    const [first, ...others] = server.mails.map(({ raw }) => raw);
    expect(first).toContain(`\r\nDate: `);
    expect(others).toEqual([first, first]);
    const ids = server.mails.map(({ raw }) => /^Message-ID: <(.*)>\r$/m.exec(raw)?.[1]);
    expect(new Set(ids)).toEqual(new Set([`${run.id}@signalbox.example.com`]));
  });

  it('fails in the end', async () => {
    await using server = await startSmtpServer({ onRecipient: () => 450 });
    await using app = await startWithEmail();
    const email = await wireEmail(app.api, { port: server.port });
    expect(await email.send()).toMatchObject({
      state: 'failed',
      attempts: 3,
      reason: `127.0.0.1:${String(server.port)} answered RCPT TO with 450 not for ops@example.com`,
    });
  });

  it('is sent once the server can be reached', async () => {
    await using app = await startWithEmail();
    const port = await freePort();
    const email = await wireEmail(app.api, { port, settings: { retries: 1 } });
    const { id, ...run } = await email.send();
    expect(run).toMatchObject({ state: 'failed', reason: `connection refused by 127.0.0.1:${String(port)}` });
    await using server = await startSmtpServer();
    await app.api.request('PATCH', email.path, { settings: { port: server.port } });
    await app.api.request('POST', `/api/runs/${id}/retry`);
    expect(await email.run(id, ({ state }) => state === 'succeeded')).toMatchObject({ attempts: 3 });
    expect(server.mails).toHaveLength(1);
  });
});

describe('a mail that the server refuses', () => {
  it.each<[string, SmtpOptions]>([
    ['at the connection', { onConnect: () => 554 }],
    ['for its recipient', { onRecipient: () => 550 }],
    ['for what it says', answering(554)],
    ['for a wrong login', { login: { ...login, password: 'another one' } }],
  ])('%s fails at once', async (_, options) => {
    await using server = await startSmtpServer(options);
    await using app = await startWithEmail();
    const settings = options.login ? login : {};
    const email = await wireEmail(app.api, { port: server.port, settings });
    const run = await email.send();
    expect(run).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: expect.stringMatching(/ with 5\d\d /),
    });
    expect(run.attemptLog).toMatchObject([
      { outcome: 'failed', received: { reply: expect.stringMatching(/^5/) } },
    ]);
  });

  it('for some of its recipients is sent to the others, and not again', async () => {
    await using server = await startSmtpServer({
      onRecipient: (address) => (address.startsWith('grey') ? 450 : undefined),
    });
    await using app = await startWithEmail();
    const email = await wireEmail(app.api, {
      port: server.port,
      task: { to: ['ops@example.com', 'grey@example.com'] },
    });
    const run = await email.send();
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(run.attemptLog).toMatchObject([
      {
        result: {
          accepted: ['ops@example.com'],
          rejected: [{ address: 'grey@example.com', reply: '450 not for grey@example.com' }],
        },
      },
    ]);
    expect(server.mails).toHaveLength(1);
  });
});

describe('a mail whose answer is lost', () => {
  it.each(['none', 'starttls', 'tls'] as const)(
    'is held, with TLS %s, and can be sent again by hand',
    async (tls) => {
      await using server = await startSmtpServer({ tls, ...answering('vanish') });
      await using app = await startWithEmail();
      const settings = { tls, allowInsecureCertificates: true };
      const email = await wireEmail(app.api, { port: server.port, settings });
      const held = await email.send();
      expect(held).toMatchObject({ state: 'held', reason: 'outcome_unknown', attempts: 1 });
      expect(held.attemptLog).toMatchObject([
        {
          outcome: 'unknown',
          error: expect.stringContaining('but whether it was accepted is not known'),
          sent: { subject: 'Machine "1" failed' },
        },
      ]);
      // What comes later goes its way.
      expect(await email.send()).toMatchObject({ state: 'succeeded' });
      expect(await email.run(held.id)).toMatchObject({ state: 'held' });
      expect(server.mails).toHaveLength(2);

      await app.api.request('POST', `/api/runs/${held.id}/retry`);
      expect(await email.run(held.id, ({ attempts }) => attempts === 2)).toMatchObject({
        state: 'succeeded',
      });
      // Whoever has got it twice can tell.
      expect(server.mails[2]?.raw).toBe(server.mails[0]?.raw);
    },
  );

  it('is held when none came in time', async () => {
    await using server = await startSmtpServer(answering('hang'));
    await using app = await startWithEmail();
    const email = await wireEmail(app.api, { port: server.port, settings: { timeout: 3 } });
    const run = await email.send();
    expect(run).toMatchObject({ state: 'held', reason: 'outcome_unknown', attempts: 1 });
    expect(run.attemptLog).toMatchObject([{ error: expect.stringContaining('not done after 3 s') }]);
    expect(server.mails).toHaveLength(1);
  });

  it('is not held when Signalbox was stopped before it was sent', async () => {
    using folder = temporaryFolder();
    await using server = await startSmtpServer({ onConnect: (n) => (n === 1 ? 'hang' : undefined) });
    const config = { limits: { shutdownGraceMs: 50 } };
    let id: string;
    {
      await using app = await startWithEmail({ config, data: folder.path });
      const email = await wireEmail(app.api, { port: server.port });
      id = await email.fire();
      await waitFor(
        () => server.connections > 0,
        () => 'a connection',
      );
    }
    await using again = await startWithEmail({ config, data: folder.path });
    await waitFor(
      async () => (await again.api.run(id)).state === 'succeeded',
      () => 'the mail to be sent',
    );
    expect(await again.api.run(id)).toMatchObject({ attempts: 1 });
    expect(server.mails).toHaveLength(1);
  });

  it('is held when Signalbox was stopped meanwhile', async () => {
    using folder = temporaryFolder();
    await using server = await startSmtpServer(answering('hang'));
    const config = { limits: { shutdownGraceMs: 50 } };
    let id: string;
    {
      await using app = await startWithEmail({ config, data: folder.path });
      const email = await wireEmail(app.api, { port: server.port });
      id = await email.fire();
      await server.got(1);
    }
    await using again = await startWithEmail({ config, data: folder.path });
    expect(await again.api.run(id)).toMatchObject({ state: 'held', reason: 'outcome_unknown', attempts: 1 });
    expect(server.mails).toHaveLength(1);
  });
});
