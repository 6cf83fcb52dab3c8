import { networkProblem, PermanentError, RetryableError, UnknownOutcomeError } from 'signalbox/sdk';

const longestReply = 1_000;

/** What nodemailer says of an error. */
interface SmtpError {
  readonly message: string;
  readonly code?: string;
  /** Of a network error, which nodemailer hides behind a code of its own. */
  readonly originalCode?: string;
  /** What was being done: CONN, EHLO, STARTTLS, AUTH …, MAIL FROM, RCPT TO, DATA. */
  readonly command?: string;
  /** The last reply of the server, several lines in one. */
  readonly response?: string;
  readonly responseCode?: number;
}

export interface Circumstances {
  /** `host:port` */
  readonly address: string;
  /** The final dot may have been sent: the server may have taken the mail. */
  readonly mayBeSent: boolean;
}

/** Thrown into a session whose time is up. */
export class TimeUpError extends Error {
  override name = 'TimeUpError';
}

/** An error of a session as one that tells Signalbox what to do next. */
export function toFailure(error: unknown, { address, mayBeSent }: Circumstances): Error {
  if (error instanceof PermanentError || error instanceof RetryableError) return error;
  const known = asSmtpError(error);
  const { responseCode = 0, command = 'CONN' } = known;
  const reply = replyText(known.response);
  if (responseCode >= 400 && responseCode < 600) {
    const message = `${address} answered ${phrase(command)} with ${reply}`;
    return responseCode < 500
      ? new RetryableError(message, { cause: error })
      : new PermanentError(message, { cause: error });
  }
  const problem = problemOf(known, address);
  if (mayBeSent) {
    const message = `the mail was sent to ${address}, but whether it was accepted is not known: ${problem}`;
    return new UnknownOutcomeError(message, { cause: error });
  }
  return hopeless.has(known.code ?? '')
    ? new PermanentError(problem, { cause: error })
    : new RetryableError(problem, { cause: error });
}

/** A reply on one line. Never cut, only left out: half a secret in it would not be recognised as one. */
export function replyText(response: string | undefined): string {
  const line = (response ?? '').replace(/\s*[\r\n]+\s*/g, ' ').trim();
  return line.length > longestReply ? `${line.slice(0, 3)} (${line.length} characters)` : line;
}

/** What is so before anything is asked of the server, or by what it is able to do. */
const hopeless = new Set(['EAUTH', 'ENOAUTH', 'EMESSAGE', 'EENVELOPE', 'ECONFIG']);

function problemOf({ code = '', originalCode, message, command }: SmtpError, address: string): string {
  if (originalCode === 'ERR_SSL_WRONG_VERSION_NUMBER' || originalCode === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return `${address} does not speak TLS from the first byte on; is tls: starttls meant?`;
  }
  const network = networkProblem({ code: originalCode ?? code }, address);
  if (network !== undefined) return network;
  if (code === 'ECONNECTION' || code === 'ESOCKET')
    return `${address} closed the connection ${during(command)}`;
  return `${address}: ${replyText(message)}`;
}

function during(command = 'CONN'): string {
  return command === 'CONN' ? 'without an answer' : `without an answer to ${command}`;
}

function phrase(command: string): string {
  return command === 'CONN' ? 'the connection' : command;
}

// By shape: errors of Node's are not `instanceof Error` in another realm (test runners, vm contexts).
function asSmtpError(error: unknown): SmtpError {
  return typeof error === 'object' && error !== null && 'message' in error
    ? (error as SmtpError)
    : { message: String(error) };
}
