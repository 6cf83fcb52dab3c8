import { describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { startSmtpServer, type SmtpOptions } from '../support/smtp-server.ts';
import { startWithEmail, wireEmail } from '../support/wired-email.ts';

const login = { user: 'box', password: 'pa55-w0rd' };

describe('an event', () => {
  it('sends a mail with what it says, and the log of the run shows it', async () => {
    await using server = await startSmtpServer();
    await using app = await startWithEmail();
    const email = await wireEmail(app.api, {
      port: server.port,
      task: {
        to: ['Operators <ops@example.com>', '${event.data.owner}'],
        subject: '${NAME}: ${event.data.level}',
        text: 'On ${DATE}: ${event.data.message}',
        html: '<p class="${event.data.level}">${NAME}: <b>${event.data.message}</b></p>',
      },
    });
    const message = '<script>alert("x")</script> & more\nthan one line';
    const run = await email.send({
      owner: 'jo@example.com',
      level: 'critical\r\nBcc: evil@example.com',
      message,
    });
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });

    expect(server.mails).toMatchObject([
      { from: 'box@example.com', to: ['ops@example.com', 'jo@example.com'] },
    ]);
    const { raw } = server.mails[0]!;
    expect(raw).toContain(`Message-ID: <${run.id}@signalbox.example.com>\r\n`);
    expect(await PostalMime.parse(raw)).toMatchObject({
      from: { name: 'Box', address: 'box@example.com' },
      to: [
        { name: 'Operators', address: 'ops@example.com' },
        { name: '', address: 'jo@example.com' },
      ],
      subject: 'Machine "1": critical Bcc: evil@example.com',
      text: expect.stringMatching(/^On \w{3}, \d.*: <script>alert\("x"\)<\/script> & more\nthan one line\n$/),
      html:
        '<p class="critical\nBcc: evil@example.com">Machine &quot;1&quot;: ' +
        '<b>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more\nthan one line</b></p>\n',
    });
    expect(run.attemptLog).toMatchObject([
      {
        number: 1,
        outcome: 'succeeded',
        sent: {
          server: `127.0.0.1:${String(server.port)}`,
          envelope: { from: 'box@example.com', to: ['ops@example.com', 'jo@example.com'] },
          messageId: `<${run.id}@signalbox.example.com>`,
          subject: 'Machine "1": critical Bcc: evil@example.com',
          bytes: raw.length,
        },
        received: { tls: null, reply: '250 OK: message queued' },
        result: { accepted: ['ops@example.com', 'jo@example.com'], rejected: [] },
      },
    ]);
  });

  it('sends a number, a list or nothing as text', async () => {
    await using server = await startSmtpServer();
    await using app = await startWithEmail();
    const task = { subject: '${event.data.count}', text: '${event.data.disks}', html: '${event.data.none}' };
    const email = await wireEmail(app.api, { port: server.port, task });
    await email.send({ count: 7, disks: ['sda', '<sdb>'], none: null });
    expect(await PostalMime.parse(server.mails[0]!.raw)).toMatchObject({
      subject: '7',
      text: '["sda","<sdb>"]\n',
      html: 'null\n',
    });
  });
});

describe('a mail server', () => {
  it.each<[NonNullable<SmtpOptions['tls']>, 'with' | 'without']>([
    ['none', 'without'],
    ['none', 'with'],
    ['starttls', 'without'],
    ['starttls', 'with'],
    ['tls', 'without'],
    ['tls', 'with'],
  ])('may have TLS %s, %s login', async (tls, how) => {
    await using server = await startSmtpServer({ tls, ...(how === 'with' && { login }) });
    await using app = await startWithEmail();
    const settings = { tls, allowInsecureCertificates: true, ...(how === 'with' && login) };
    const email = await wireEmail(app.api, { port: server.port, settings });
    expect(await email.send()).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(server.mails).toMatchObject([
      { secure: tls !== 'none', user: how === 'with' ? 'box' : undefined },
    ]);
  });

  it.each(['starttls', 'tls'] as const)('that nobody trusts gets nothing, with TLS %s', async (tls) => {
    await using server = await startSmtpServer({ tls, login });
    await using app = await startWithEmail();
    const settings = { tls, ...login, retries: 1 };
    const email = await wireEmail(app.api, { port: server.port, settings });
    expect(await email.send()).toMatchObject({
      state: 'failed',
      attempts: 2,
      reason: expect.stringContaining('is not trusted (self-signed)'),
    });
    expect(server.mails).toEqual([]);
  });
});
