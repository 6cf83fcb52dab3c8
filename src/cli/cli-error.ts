import { errorCodes, type FieldIssue, SignalboxError } from '../domain/errors.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { printable, type Channel } from './terminal.ts';

/** A failure that is told in a few lines: what is wrong, and what to do. */
export class CliError extends Error {
  override name = 'CliError';
  readonly code: string | undefined;
  readonly details: readonly string[];
  readonly remedy: string | undefined;
  /** What is wrong with which field of what was sent. */
  readonly issues: readonly FieldIssue[];
  /** How the command ends because of it. */
  readonly exit: ExitCode;

  constructor(message: string, parts: CliErrorParts = {}) {
    const { code, details = [], remedy, issues = [], exit = exitCodes.failed, ...options } = parts;
    super(message, options);
    this.code = code;
    this.exit = exit;
    this.details = details;
    this.remedy = remedy;
    this.issues = issues;
  }
}

interface CliErrorParts extends ErrorOptions {
  /** Stable code of the API or of the server. */
  readonly code?: string;
  readonly details?: readonly string[];
  readonly remedy?: string | undefined;
  readonly issues?: readonly FieldIssue[];
  readonly exit?: ExitCode;
}

/** Nothing answers at the address, or it cannot at present: later it may. */
export class UnreachableError extends CliError {
  override name = 'UnreachableError';

  constructor(message: string, parts: CliErrorParts = {}) {
    super(message, { exit: exitCodes.unreachable, ...parts });
  }
}

/** The command cannot be done as it was given; nothing was. */
export class UsageError extends CliError {
  override name = 'UsageError';

  constructor(message: string, parts: CliErrorParts = {}) {
    super(message, { exit: exitCodes.usage, ...parts });
  }
}

/** The exit code that an error leads to. */
export function exitCodeOfError(error: unknown): ExitCode {
  return error instanceof CliError ? error.exit : exitCodes.failed;
}

/** Prints an error for people, `of` which of several. What nobody foresaw comes with its stack. */
export function printError(err: Channel, error: unknown, of?: string): void {
  const { code, message, details, remedy } = asCliError(error);
  const label = err.paint('red', code === undefined ? 'error' : `error ${code}`);
  err.line(`${label}: ${printable(of === undefined ? message : `${of}: ${message}`)}`);
  for (const detail of details) err.line(`  ${printable(detail)}`);
  if (remedy !== undefined) err.line(`${err.paint('cyan', 'what to do')}: ${printable(remedy)}`);
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof SignalboxError) return fromSignalbox(error);
  if (isListenError(error)) return cannotListen(error);
  if (error instanceof Error) return unexpected(error);
  return new CliError(String(error));
}

function fromSignalbox(error: SignalboxError): CliError {
  // An error about the configuration has one line for each problem, with its place; others name the fields besides.
  const [message = '', ...lines] = error.message.split('\n');
  const issues = error.issues.map((issue) => `${issue.field}: ${issue.message}`);
  return new CliError(message, {
    code: error.code,
    details:
      lines.length > 0 ? lines.map((line) => line.trim()) : issues.filter((one) => !message.includes(one)),
    remedy: remedyOf(error),
    cause: error,
  });
}

function remedyOf({ code, field, status }: SignalboxError): string | undefined {
  if (field === 'SIGNALBOX_ADMIN_TOKEN')
    return 'Set it to a long random text: SIGNALBOX_ADMIN_TOKEN=$(openssl rand -hex 32)';
  // What is said to senders of requests would mislead those who start the server.
  return status === 503 ? undefined : errorCodes[code][2];
}

/** Of Node.js, when a server cannot listen. */
interface ListenError extends Error {
  readonly code: string;
  readonly address: string;
  readonly port: number;
}

function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'port' in error;
}

const listenProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there already',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'the system does not allow it',
};

function cannotListen(error: ListenError): CliError {
  const { code, address, port } = error;
  return new CliError(`cannot listen on ${address} port ${port}: ${listenProblems[code] ?? code}`, {
    remedy: 'Choose another port or address: --port and --host, or server.port and server.host.',
    cause: error,
  });
}

function unexpected(error: Error): CliError {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return new CliError(error.message, { details: frames.map((line) => line.trim()), cause: error });
}
