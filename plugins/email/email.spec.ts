import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { PermanentError, RetryableError, UnknownOutcomeError, type z } from 'signalbox/sdk';
import { startPlugin, type AttemptOptions } from 'signalbox/sdk/testing';
import { freePort, startTcpServer } from '../../test/support/servers.ts';
import { startSmtpServer, type SmtpAnswer, type SmtpOptions } from '../../test/support/smtp-server.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import plugin from './index.ts';
import type { sendInput } from './input.ts';
import type { emailSettings } from './settings.ts';

type Settings = Partial<z.input<typeof emailSettings>>;

interface Sending extends AttemptOptions {
  readonly settings?: Settings;
  readonly input?: Partial<z.input<typeof sendInput>>;
}

const from = { name: 'Box', address: 'box@example.com' };
const login = { user: 'box', password: 'pa55-w0rd' };
const insecure = { allowInsecureCertificates: true };

/** One attempt to send a mail to a port of this machine, without TLS unless the settings say so. */
async function send(port: number, { settings, input, ...attempt }: Sending = {}) {
  await using started = await startPlugin(plugin);
  return await started.runAction('email.send', {
    ...attempt,
    object: { settings: { host: '127.0.0.1', port, tls: 'none', from, ...settings } },
    input: { to: 'ops@example.com', subject: 'Hello', text: 'Hello', ...input },
  });
}

async function tryOut(port: number, settings: Settings = {}) {
  await using started = await startPlugin(plugin);
  const object = { settings: { host: '127.0.0.1', port, tls: 'none' as const, from, ...settings } };
  return (await started.runTest('email', { object })).result;
}

async function failureOf(sending: Promise<unknown>): Promise<Error> {
  const error: unknown = await sending.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('the rejection is not an Error');
}

/** The failure of an attempt to send to a server of the test. */
async function failureAt(options: SmtpOptions, sending?: Sending): Promise<Error> {
  await using server = await startSmtpServer(options);
  return await failureOf(send(server.port, sending));
}

/** A server that says what it is told to, whatever it is asked: a list of replies, one for each line it gets. */
function reciting(greeting: string, replies: readonly string[] = []) {
  return startTcpServer((socket: Socket) => {
    let next = 0;
    socket.write(greeting);
    socket.on('data', () => {
      const reply = replies[next++];
      if (reply === undefined) socket.destroy();
      else socket.write(reply);
    });
  });
}

describe('a mail', () => {
  it('is taken by the server, and the result says how', async () => {
    await using server = await startSmtpServer();
    const { result, records } = await send(server.port, {
      idempotencyKey: 'run-1',
      input: { to: ['ops@example.com', 'Night <night@example.com>'], bcc: 'audit@example.com' },
    });
    const everybody = ['ops@example.com', 'night@example.com', 'audit@example.com'];
    expect(result).toEqual({
      messageId: '<run-1@signalbox.example.com>',
      accepted: everybody,
      rejected: [],
      reply: '250 OK: message queued',
    });
    expect(server.mails).toMatchObject([{ from: 'box@example.com', to: everybody, secure: false }]);
    expect(records).toEqual([
      {
        sent: {
          server: `127.0.0.1:${String(server.port)}`,
          envelope: { from: 'box@example.com', to: everybody },
          messageId: '<run-1@signalbox.example.com>',
          subject: 'Hello',
          bytes: Buffer.byteLength(server.mails[0]!.raw, 'latin1'),
        },
      },
      { received: { tls: null, reply: '250 OK: message queued' } },
    ]);
  });

  it('arrives as it was composed, dots and all', async () => {
    await using server = await startSmtpServer();
    await send(server.port, { input: { text: '.\n..\n.\r\nMAIL FROM:<evil@example.com>\r\n.\n' } });
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]?.raw).toContain('\r\n\r\n.\r\n..\r\n.\r\nMAIL FROM:<evil@example.com>\r\n.\r\n');
  });

  it('may be large', async () => {
    await using server = await startSmtpServer();
    const text = 'größer\n'.repeat(100_000);
    await send(server.port, { input: { text } });
    expect(server.mails[0]?.raw.length).toBeGreaterThan(1_000_000);
    expect(server.mails[0]?.raw).toContain('\r\n\r\ngr=C3=B6=C3=9Fer\r\n');
  });

  it('leaves no connection behind', async () => {
    await using server = await startSmtpServer();
    await send(server.port);
    await waitFor(
      () => server.open === 0,
      () => 'the connection to be closed',
    );
  });

  it('goes to those recipients that the server takes, and the result names the others', async () => {
    await using server = await startSmtpServer({
      onRecipient: (address) =>
        address.startsWith('gone') ? 550 : address.startsWith('full') ? 452 : undefined,
    });
    const to = ['gone@example.com', 'ops@example.com', 'full@example.com'];
    const { result } = await send(server.port, { input: { to } });
    expect(result).toMatchObject({
      accepted: ['ops@example.com'],
      rejected: [
        { address: 'gone@example.com', reply: '550 not for gone@example.com' },
        { address: 'full@example.com', reply: '452 not for full@example.com' },
      ],
    });
    expect(server.mails).toMatchObject([{ to: ['ops@example.com'] }]);
  });
});

describe('the connection', () => {
  it('is upgraded by STARTTLS', async () => {
    await using server = await startSmtpServer({ tls: 'starttls' });
    const { records } = await send(server.port, { settings: { tls: 'starttls', ...insecure } });
    expect(server.mails).toMatchObject([{ secure: true }]);
    expect(records[1]).toMatchObject({
      received: { tls: { protocol: 'TLSv1.3', cipher: expect.any(String), trusted: false } },
    });
  });

  it('is TLS from the first byte on, under the name of the host', async () => {
    await using server = await startSmtpServer({ tls: 'tls' });
    await send(server.port, { settings: { host: 'localhost', tls: 'tls', ...insecure } });
    await send(server.port, { settings: { tls: 'tls', ...insecure } });
    expect(server.mails).toMatchObject([
      { secure: true, servername: 'localhost' },
      { secure: true, servername: undefined },
    ]);
  });

  it('is upgraded if that is offered, and goes on without where it is not', async () => {
    await using plain = await startSmtpServer();
    await using able = await startSmtpServer({ tls: 'starttls' });
    for (const { port } of [plain, able])
      await send(port, { settings: { tls: 'starttls-if-offered', ...insecure } });
    expect(plain.mails).toMatchObject([{ secure: false }]);
    expect(able.mails).toMatchObject([{ secure: true }]);
  });

  it('stays as it is where no TLS is wanted', async () => {
    await using server = await startSmtpServer({ tls: 'starttls' });
    await send(server.port);
    expect(server.mails).toMatchObject([{ secure: false }]);
  });

  it.each<[string, NonNullable<SmtpOptions['tls']>, Settings['tls']]>([
    ['by STARTTLS', 'starttls', 'starttls'],
    ['by STARTTLS because it was offered', 'starttls', 'starttls-if-offered'],
    ['from the first byte on', 'tls', 'tls'],
  ])('is not made with a certificate that nobody trusts, %s', async (_, offered, tls) => {
    await using server = await startSmtpServer({ tls: offered });
    const failure = await failureOf(send(server.port, { settings: { tls, ...login } }));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toBe(
      `TLS certificate of 127.0.0.1:${String(server.port)} is not trusted (self-signed); allow insecure certificates if it is meant to be`,
    );
    expect(server.mails).toEqual([]);
  });

  it('is not used without TLS where TLS is a must', async () => {
    await using server = await startSmtpServer();
    const failure = await failureOf(send(server.port, { settings: { tls: 'starttls' } }));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toContain('answered STARTTLS with 5');
    expect(server.mails).toEqual([]);
  });

  it('to a server that speaks no TLS at once says what to do', async () => {
    await using server = await startSmtpServer();
    const failure = await failureOf(send(server.port, { settings: { tls: 'tls', ...insecure } }));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toBe(
      `127.0.0.1:${String(server.port)} does not speak TLS from the first byte on; is tls: starttls meant?`,
    );
  });
});

describe('a login', () => {
  it.each<[NonNullable<SmtpOptions['tls']>]>([['none'], ['starttls'], ['tls']])(
    'is made, with TLS %s',
    async (tls) => {
      await using server = await startSmtpServer({ tls, login });
      await send(server.port, { settings: { tls, ...login, ...insecure } });
      expect(server.mails).toMatchObject([{ user: 'box', secure: tls !== 'none' }]);
    },
  );

  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'] as const)('is made by %s', async (method) => {
    await using server = await startSmtpServer({
      login,
      more: {
        authMethods: [method],
        onAuth: (auth, _session, done) => {
          const right = auth.method === 'CRAM-MD5' ? auth.validatePassword('pä55') : auth.password === 'pä55';
          done(null, right ? { user: `${String(auth.username)} by ${auth.method}` } : {});
        },
      },
    });
    await send(server.port, { settings: { user: 'bøx', password: 'pä55' } });
    expect(server.mails).toMatchObject([{ user: `bøx by ${method}` }]);
  });

  it('that is wrong fails for good', async () => {
    const failure = await failureAt({ login }, { settings: { ...login, password: 'wrong-pa55' } });
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toMatch(/^127\.0\.0\.1:\d+ answered AUTH PLAIN with 535 authentication failed$/);
  });

  it('that cannot be judged now is tried again', async () => {
    const onAuth = (_auth: unknown, _session: unknown, done: (error: Error) => void): void => {
      done(Object.assign(new Error('directory is down'), { responseCode: 454 }));
    };
    const failure = await failureAt({ login, more: { onAuth } }, { settings: login });
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toContain('with 454 directory is down');
  });

  it('that is not offered is not left out', async () => {
    await using server = await startSmtpServer();
    const failure = await failureOf(send(server.port, { settings: login }));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toMatch(/does not offer to log in; many servers want TLS first$/);
    expect(server.mails).toEqual([]);
  });

  it('that is missing is told by the server', async () => {
    const failure = await failureAt({ login });
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toContain('answered MAIL FROM with 530');
  });
});

describe('what the server answers', () => {
  it.each<[number, typeof PermanentError | typeof RetryableError]>([
    [421, RetryableError],
    [450, RetryableError],
    [451, RetryableError],
    [452, RetryableError],
    [550, PermanentError],
    [552, PermanentError],
    [554, PermanentError],
  ])('decides on what follows: %i', async (code, expected) => {
    for (const options of [
      { onConnect: () => code },
      { onRecipient: () => code },
      { onMail: () => code },
    ] satisfies SmtpOptions[]) {
      const failure = await failureAt(options);
      expect(failure).toBeInstanceOf(expected);
      expect(failure.message).toMatch(
        new RegExp(`^127\\.0\\.0\\.1:\\d+ answered (?:the connection|RCPT TO|DATA) with ${String(code)} `),
      );
    }
  });

  it('may be tried again when one recipient may be had later and none now', async () => {
    const onRecipient = (address: string): number => (address.startsWith('gone') ? 550 : 450);
    const to = ['gone@example.com', 'grey@example.com', 'gone.too@example.com'];
    expect(await failureAt({ onRecipient }, { input: { to } })).toBeInstanceOf(RetryableError);
  });

  it('that the mail is too large is known before it is sent', async () => {
    const failure = await failureAt({ more: { size: 1_000 } }, { input: { text: 'x'.repeat(2_000) } });
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toMatch(/Message size larger than allowed 1000/);
  });

  it.each([
    ['that makes no sense', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['that never ends', `220-${'x'.repeat(100_000)}`],
    ['that is empty', ''],
  ])('%s at once is tried again', async (_, greeting) => {
    await using server = await startTcpServer((socket) => socket.end(greeting));
    const failure = await failureOf(send(server.port));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message.length).toBeLessThan(700);
  });
});

describe('a connection that breaks', () => {
  it('is tried again when there is none', async () => {
    const port = await freePort();
    const failure = await failureOf(send(port));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toBe(`connection refused by 127.0.0.1:${String(port)}`);
  });

  const ehlo = '250-x\r\n250 8BITMIME\r\n';
  const ok = '250 ok\r\n';

  it.each<[string, readonly string[]]>([
    ['the greeting', []],
    ['EHLO', [ehlo]],
    ['MAIL FROM', [ehlo, ok]],
    ['RCPT TO', [ehlo, ok, ok]],
  ])('after %s is tried again: nothing was sent', async (_, replies) => {
    await using server = await reciting('220 x\r\n', replies);
    const failure = await failureOf(send(server.port));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toMatch(/^127\.0\.0\.1:\d+ closed the connection/);
  });

  it('in the middle of the mail is tried again: half a mail is none', async () => {
    const data = '354 go on\r\n';
    await using server = await startTcpServer((socket) => {
      const replies = [ehlo, ok, ok, data];
      socket.write('220 x\r\n');
      socket.on('data', () => {
        const reply = replies.shift();
        if (reply !== undefined) socket.write(reply);
        // The rest of the mail stays where it is: in this process.
        if (replies.length === 0) socket.pause();
        if (reply === data) setImmediate(() => setTimeout(() => socket.resetAndDestroy(), 300));
      });
    });
    const text = 'ä'.repeat(5_000_000);
    const failure = await failureOf(send(server.port, { input: { text } }));
    expect(failure).toBeInstanceOf(RetryableError);
  });

  it.each<SmtpAnswer>(['vanish'])(
    'after the whole mail leaves open what became of it: %s',
    async (answer) => {
      for (const tls of ['none', 'starttls', 'tls'] as const) {
        await using server = await startSmtpServer({ tls, onMail: () => answer });
        const failure = await failureOf(send(server.port, { settings: { tls, ...insecure } }));
        expect(failure).toBeInstanceOf(UnknownOutcomeError);
        expect(failure.message).toMatch(
          /^the mail was sent to 127\.0\.0\.1:\d+, but whether it was accepted is not known: 127\.0\.0\.1:\d+ closed the connection/,
        );
        expect(server.mails).toHaveLength(1);
      }
    },
  );

  it('after an answer that is none leaves open what became of the mail', async () => {
    await using server = await reciting('220 x\r\n', [ehlo, ok, ok, '354 go on\r\n', 'what?\r\n']);
    expect(await failureOf(send(server.port))).toBeInstanceOf(UnknownOutcomeError);
  });

  it('after the answer changes nothing: the mail was taken', async () => {
    await using server = await reciting('220 x\r\n', [ehlo, ok, ok, '354 go on\r\n', ok]);
    expect((await send(server.port)).result).toMatchObject({
      accepted: ['ops@example.com'],
      reply: '250 ok',
    });
  });
});

describe('the time of an attempt', () => {
  it.each<[string, SmtpOptions, string]>([
    ['before the greeting', { onConnect: () => 'hang' }, 'while waiting for its greeting'],
  ])('that is up %s lets it be tried again', async (_, options, doing) => {
    const failure = await failureAt(options, { settings: { timeout: 3 } });
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toContain(`not done after 3 s, ${doing}`);
  });

  it('that is up before the mail was answered leaves open what became of it', async () => {
    const failure = await failureAt({ onMail: () => 'hang' }, { settings: { timeout: 3 } });
    expect(failure).toBeInstanceOf(UnknownOutcomeError);
    expect(failure.message).toMatch(/not done after 3 s, while waiting for the answer to the mail$/);
  });

  it.each<[string, SmtpOptions, typeof RetryableError | typeof UnknownOutcomeError]>([
    ['before the mail', { onConnect: () => 'hang' }, RetryableError],
    ['after the mail', { onMail: () => 'hang' }, UnknownOutcomeError],
  ])('ends when it is aborted %s', async (_, options, expected) => {
    await using server = await startSmtpServer(options);
    const abort = new AbortController();
    const failing = failureOf(send(server.port, { signal: abort.signal }));
    await waitFor(
      () => (options.onMail ? server.mails.length : server.connections) > 0,
      () => 'the server to be reached',
    );
    abort.abort();
    expect(await failing).toBeInstanceOf(expected);
  });
});

describe('the test of an object', () => {
  it('goes as far as the login, and sends nothing', async () => {
    await using server = await startSmtpServer({ tls: 'starttls', login });
    expect(await tryOut(server.port, { tls: 'starttls', ...login, ...insecure })).toEqual({
      tls: { protocol: 'TLSv1.3', cipher: expect.any(String), trusted: false },
      reply: '250 Flushed',
      user: 'box',
    });
    expect(server.mails).toEqual([]);
  });

  it('needs neither TLS nor a login', async () => {
    await using server = await startSmtpServer();
    expect(await tryOut(server.port)).toEqual({ tls: null, reply: '250 Flushed', user: null });
  });

  it('fails as a mail would', async () => {
    await using server = await startSmtpServer({ login });
    await expect(tryOut(server.port, { ...login, password: 'wrong' })).rejects.toThrow('535');
    await expect(tryOut(server.port, { tls: 'starttls' })).rejects.toThrow('STARTTLS');
    await expect(tryOut(await freePort())).rejects.toThrow('connection refused');
  });
});
