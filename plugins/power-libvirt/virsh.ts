import {
  excerpt,
  NoAnswerError,
  PermanentError,
  RetryableError,
  runProgram,
  UnknownOutcomeError,
  type Lookup,
  type Program,
  type ProgramResult,
} from 'signalbox/sdk';
import type { LibvirtSettings } from './settings.ts';
import { readUri } from './uri.ts';

/** One libvirt that is connected to. */
export interface Hypervisor {
  readonly settings: LibvirtSettings;
  readonly lookup: Lookup;
  readonly signal?: AbortSignal | undefined;
}

/** A list of some ten thousand domains. */
const maxOutputBytes = 4 * 1024 * 1024;

/**
 * Runs a command of virsh; gives what it prints. A `RetryableError` says that nothing has happened, a `PermanentError`
 * that libvirt refuses; after anything else nobody knows.
 */
export async function virsh(hypervisor: Hypervisor, ...command: readonly string[]): Promise<string> {
  const { settings, signal } = hypervisor;
  const limits = { timeoutMs: settings.timeout * 1_000, maxOutputBytes, signal };
  const result = await runProgram(await virshProgram(hypervisor, command), limits).catch(hintAtPackage);
  if (result.code !== 0) throw failureOf(result);
  if (result.truncated) throw new PermanentError(`virsh prints more than ${String(maxOutputBytes)} bytes`);
  return result.stdout;
}

/** For virsh itself to be started; rejects for a hypervisor that the egress policy keeps Signalbox from. */
export async function virshProgram(
  { settings: { uri }, lookup }: Hypervisor,
  command: readonly string[],
): Promise<Program> {
  const read = readUri(uri);
  if ('problem' in read) throw new PermanentError(`the connection URI ${read.problem}`);
  if (read.place) await lookup(read.place);
  return { file: 'virsh', args: ['-q', '-c', read.uri, ...command], env: environment() };
}

const passedOn =
  /^(?:PATH|HOME|USER|LOGNAME|SSH_AUTH_SOCK|TMPDIR|XDG_\w+|KRB5\w*|LIBVIRT_AUTH_FILE|LD_LIBRARY_PATH)$/;

/** What virsh and the ssh that it starts need. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => passedOn.test(entry[0]) && entry[1] !== undefined,
  );
  // Its words are read here.
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}

/** Adds what to do when there is no virsh. */
export function hintAtPackage(error: unknown): never {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  if (error instanceof PermanentError && cause?.code === 'ENOENT') {
    const packages =
      'libvirt-clients (Debian, Ubuntu), libvirt-client (Fedora, RHEL, SUSE) or libvirt (Arch)';
    throw new PermanentError(`virsh is not installed on this machine: install the package ${packages}`, {
      cause,
    });
  }
  throw error;
}

/** libvirt was never reached. */
const notConnected = /^error: failed to connect to the hypervisor/m;
/** It will not be, as long as the URI is this one. */
const neverConnected = /no connection driver available|unsupported (?:URI|transport)|invalid URI/i;
/** The connection broke after the command was on its way. */
const broken =
  /disconnected from|client socket is closed|end of file while reading|cannot (?:recv|write) data|connection reset|keepalive|broken pipe/i;
/** Somebody else is at the domain: libvirt has given up before it began. */
const busy = /cannot acquire state change lock/i;

export function failureOf({ code, signal, stderr }: Omit<ProgramResult, 'stdout' | 'truncated'>): Error {
  if (code === null) return new UnknownOutcomeError(`virsh was ended by ${signal}`);
  const words = wordsOf(stderr) || `virsh has ended with exit code ${String(code)}`;
  if (notConnected.test(stderr))
    return neverConnected.test(stderr) ? new PermanentError(words) : new RetryableError(words);
  if (broken.test(stderr)) return new NoAnswerError(words);
  if (busy.test(stderr)) return new RetryableError(words);
  return new PermanentError(words);
}

/** `failed to get domain 'x': Domain not found` */
function wordsOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^error: /, '').trim());
  return excerpt(lines.filter((line) => line !== '').join(': '), { longest: 400 });
}
