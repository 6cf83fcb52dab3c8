import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { waitFor } from './wait-for.ts';

/** A mail as the server took it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, as they came. */
  readonly raw: string;
  readonly secure: boolean;
  /** Who had logged in. */
  readonly user: string | undefined;
  /** Host name that the client asked for (SNI). */
  readonly servername: string | undefined;
}

/** What to do with a mail or a recipient: take it, refuse it with a code, or what no server should do. */
export type SmtpAnswer = undefined | number | 'vanish' | 'hang';

export interface SmtpOptions {
  /** Default `none`. */
  readonly tls?: 'none' | 'starttls' | 'tls';
  /** Wants a login. */
  readonly login?: { readonly user: string; readonly password: string };
  /** `n` counts the connections, from 1. */
  readonly onConnect?: (n: number) => SmtpAnswer;
  readonly onRecipient?: (address: string) => number | undefined;
  /** `n` counts the mails, from 1. */
  readonly onMail?: (n: number) => SmtpAnswer;
  /** What else smtp-server knows. */
  readonly more?: SMTPServerOptions;
}

export interface TestSmtpServer extends AsyncDisposable {
  readonly port: number;
  /** The mails that it has read to their end, whatever it answered. */
  readonly mails: readonly ReceivedMail[];
  /** Connections so far. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Resolves once it has read so many mails. */
  got(count: number): Promise<readonly ReceivedMail[]>;
}

let certificate: Promise<{ readonly key: string; readonly cert: string }> | undefined;

/** For `localhost` and 127.0.0.1; nobody trusts it. */
async function selfSigned(): Promise<{ readonly key: string; readonly cert: string }> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
  return { key: made.private, cert: made.cert };
}

/** A real SMTP server on 127.0.0.1 that keeps what it received. */
export async function startSmtpServer(options: SmtpOptions = {}): Promise<TestSmtpServer> {
  const { tls = 'none', login } = options;
  const mails: ReceivedMail[] = [];
  let connections = 0;
  certificate ??= selfSigned();
  const server = new SMTPServer({
    ...(await certificate),
    secure: tls === 'tls',
    logger: false,
    closeTimeout: 1,
    disableReverseLookup: true,
    disabledCommands: [...(tls === 'starttls' ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
    authOptional: login === undefined,
    allowInsecureAuth: tls === 'none',
    onConnect: (session, done) => {
      answer(options.onConnect?.(connections), session, done);
    },
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(refusal(535, 'authentication failed'));
    },
    onRcptTo: ({ address }, _session, done) => {
      const code = options.onRecipient?.(address);
      if (code === undefined) done();
      else done(refusal(code, `not for ${address}`));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(received(session, Buffer.concat(chunks)));
        answer(options.onMail?.(mails.length), session, done);
      });
    },
    ...options.more,
  });
  const answer = (wanted: SmtpAnswer, session: SMTPServerSession, done: (error?: Error) => void): void => {
    if (wanted === undefined) done();
    else if (typeof wanted === 'number') done(refusal(wanted, 'as the test wants it'));
    else if (wanted === 'vanish') vanish(session);
  };
  const vanish = ({ id }: SMTPServerSession): void => {
    for (const connection of server.connections) if (connection.id === id) connection._socket.destroy();
  };
  // Clients that cut a connection are no failure of the server.
  server.on('error', () => undefined);
  server.server.on('connection', () => {
    connections += 1;
  });
  server.server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    get connections() {
      return connections;
    },
    get open() {
      return server.connections.size;
    },
    async got(count) {
      await waitFor(
        () => mails.length >= count,
        () => `${String(count)} mails, got ${String(mails.length)}`,
      );
      return mails;
    },
    async [Symbol.asyncDispose]() {
      // Not by destroying sockets that may have TLS above them: Node.js does not survive that.
      await new Promise<void>((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function received({ envelope, secure, user, servername }: SMTPServerSession, raw: Buffer): ReceivedMail {
  return {
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address),
    raw: raw.toString('latin1'),
    secure,
    user: typeof user === 'string' ? user : undefined,
    servername: servername || undefined,
  };
}

function refusal(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
