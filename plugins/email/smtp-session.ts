import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { PermanentError, type ActionContext, type JsonObject } from 'signalbox/sdk';
import type { Message } from './message.ts';
import type { EmailSettings } from './settings.ts';
import { replyText, TimeUpError, toFailure } from './smtp-failure.ts';

type Way = Pick<ActionContext<EmailSettings>, 'connect' | 'signal'>;

type Callback<Value> = (error: unknown, value?: Value) => void;

/** Longer than any attempt: the session has a clock of its own, which says what it was waiting for. */
const never = 10 * 60 * 1_000;

/** Bytes that are handed over at one time, so that the end of the mail is not reached long before it is sent. */
const pieceSize = 16 * 1_024;

/** Milliseconds for the good-bye. */
const quitMs = 1_000;

/**
 * One connection to an SMTP server, for one mail. Its methods throw what tells Signalbox what to do next. It has the time
 * that the settings give an attempt, from the moment on that it is opened.
 */
export class SmtpSession {
  readonly #smtp: SMTPConnection;
  readonly #address: string;
  readonly #broken = Promise.withResolvers<never>();
  #doing = 'waiting for its greeting or for TLS';
  #mayBeSent = false;
  #tls: JsonObject | null = null;

  private constructor(smtp: SMTPConnection, address: string) {
    this.#smtp = smtp;
    this.#address = address;
    // Also for what happens when nobody waits.
    this.#broken.promise.catch(() => undefined);
    smtp.on('error', this.#broken.reject);
    // After whoever waits for an answer has got its own, better error.
    smtp.on('end', () => setImmediate(this.#broken.reject, new Error('the connection was closed')));
  }

  /** Connects; from now on the time runs. */
  static async connect(settings: EmailSettings, { connect, signal }: Way): Promise<SmtpSession> {
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const { host, port, timeout } = settings;
    const endsAt = performance.now() + timeout * 1_000;
    const connection = await connect({ host, port, timeoutMs: timeout * 1_000, signal });
    const smtp = new Connection({ ...optionsOf(settings), connection });
    const session = new SmtpSession(smtp, `${isIP(host) === 6 ? `[${host}]` : host}:${port}`);
    session.#limit(endsAt - performance.now(), timeout, signal);
    return session;
  }

  /** Greets, turns TLS on and logs in, as the settings say. */
  async begin(settings: EmailSettings): Promise<void> {
    await this.#step<void>((done) => {
      this.#smtp.connect(done);
    });
    this.#tls = protection(this.#smtp._socket);
    await this.#login(settings);
  }

  /** The mail goes to all recipients that the server takes, if it takes any. */
  async deliver({ envelope: { from, to }, raw }: Message) {
    this.#doing = 'sending the mail';
    const source = Readable.from(pieces(raw), { objectMode: false, highWaterMark: pieceSize });
    source.once('end', () => {
      // What is left is on its way, the final dot with it.
      this.#mayBeSent = true;
      this.#doing = 'waiting for the answer to the mail';
    });
    const envelope = { from, to: [...to], size: raw.length };
    const info = await this.#step<SMTPConnection.SentMessageInfo>((done) => {
      this.#smtp.send(envelope, source, done);
    });
    const { accepted, rejectedErrors = [], response } = info;
    const rejected = rejectedErrors.map(({ recipient = '', response: reply = '' }) => ({
      address: recipient,
      reply: replyText(reply),
    }));
    return { accepted, rejected, reply: replyText(response) };
  }

  /** Something harmless, to see that the server still listens. */
  async check(): Promise<void> {
    this.#doing = 'waiting for the answer to RSET';
    await this.#step<boolean>((done) => {
      this.#smtp.reset(done);
    });
  }

  /** What was agreed on with the server, and what it has said last. For the task log. */
  get state(): JsonObject {
    return { tls: this.#tls, reply: replyText(this.#smtp.lastServerResponse || '') };
  }

  /** Says good-bye, without keeping anybody waiting. */
  quit(): void {
    if (this.#smtp.destroyed) return;
    const timer = setTimeout(() => {
      this.close();
    }, quitMs).unref();
    this.#smtp.once('end', () => {
      clearTimeout(timer);
    });
    this.#smtp.quit();
  }

  close(): void {
    this.#smtp.close();
  }

  async #login({ user, password }: EmailSettings): Promise<void> {
    if (user === undefined || password === undefined) return;
    this.#doing = 'logging in';
    if (!this.#smtp.allowsAuth) {
      const why = this.#smtp.secure ? '' : '; many servers want TLS first';
      throw new PermanentError(`${this.#address} does not offer to log in${why}`);
    }
    await this.#step<boolean>((done) => {
      this.#smtp.login({ credentials: { user, pass: password } }, done);
    });
  }

  /** Ends the session when its time is up or it is aborted. */
  #limit(ms: number, seconds: number, signal: AbortSignal): void {
    const stop = (reason: () => string): void => {
      this.#broken.reject(new TimeUpError(reason()));
      this.close();
    };
    const timer = setTimeout(() => {
      stop(() => `not done after ${seconds} s, while ${this.#doing}`);
    }, ms);
    const abort = (): void => {
      stop(() => `aborted while ${this.#doing}`);
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#smtp.once('end', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    });
    if (signal.aborted) abort();
  }

  async #step<Value>(begin: (done: Callback<Value>) => void): Promise<Value> {
    try {
      const ended = Promise.withResolvers<Value>();
      begin((error, value) => {
        if (error) ended.reject(error);
        else ended.resolve(value as Value);
      });
      return await Promise.race([ended.promise, this.#broken.promise]);
    } catch (error) {
      throw toFailure(error, { address: this.#address, mayBeSent: this.#mayBeSent });
    }
  }
}

/** Asked as soon as it is agreed on: of a socket that is closed it cannot be asked. */
function protection(socket: unknown): JsonObject | null {
  if (!(socket instanceof TLSSocket)) return null;
  return { protocol: socket.getProtocol(), cipher: socket.getCipher().name, trusted: socket.authorized };
}

function optionsOf({ host, port, tls, allowInsecureCertificates }: EmailSettings): SMTPConnection.Options {
  return {
    host,
    port,
    secure: tls === 'tls',
    ignoreTLS: tls === 'none',
    requireTLS: tls === 'starttls',
    // The certificate is asked for and checked under the name in the settings; nodemailer does it by `host`.
    tls: { rejectUnauthorized: !allowInsecureCertificates },
    connectionTimeout: never,
    greetingTimeout: never,
    socketTimeout: never,
    socketCloseTimeout: 0,
    maxResponseSize: 64 * 1_024,
    logger: false,
  };
}

function* pieces(raw: Buffer): Generator<Buffer> {
  for (let begin = 0; begin < raw.length; begin += pieceSize) yield raw.subarray(begin, begin + pieceSize);
}
