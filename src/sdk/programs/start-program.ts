import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError } from '../errors.ts';
import { endWithParent } from './end-with-parent.ts';

/** Another program of this machine. There is no shell: the arguments reach it as they are. */
export interface Program {
  /** Its path, or a name that is looked for in the `PATH` of `env`. */
  readonly file: string;
  readonly args: readonly string[];
  /** All of its environment: nothing of Signalbox's own is passed on by itself. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a program has ended: by itself with an exit code, or by a signal. */
export type ProgramEnd =
  { readonly code: number; readonly signal: null } | { readonly code: null; readonly signal: NodeJS.Signals };

export interface StartedProgram {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once it has ended and its output is read. Rejects with a `PermanentError` when it cannot be started. */
  readonly ended: Promise<ProgramEnd>;
  /** Ends it and whatever it has started itself: asks first (SIGTERM), and does not wait for long. Never rejects. */
  stop(): Promise<void>;
}

/** Between asking a program to end and ending it, ms. */
const graceMs = 2_000;

export interface StartOptions {
  /**
   * Ends it when Signalbox is gone, even by a SIGKILL. For programs that would never end by themselves; one with something
   * to do should come to its end. Default false.
   */
  readonly endsWithSignalbox?: boolean;
}

/** Starts a program in a group of its own, without a terminal that it could ask for passwords at. */
export function startProgram(
  { file, args, env }: Program,
  { endsWithSignalbox = false }: StartOptions = {},
): StartedProgram {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  if (endsWithSignalbox && child.pid !== undefined) child.once('exit', endWithParent(child.pid));
  const ended = new Promise<ProgramEnd>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(new PermanentError(`${file} cannot be started: ${reasonOf(error)}`, { cause: error }));
    });
    child.once('close', (code, signal) => {
      resolve({ code, signal } as ProgramEnd);
    });
  });
  const over = ended.then(
    () => true,
    () => true,
  );
  const stop = async (): Promise<void> => {
    // Who has ended may not be sent a signal: the number may be somebody else's by now.
    if (await Promise.race([over, Promise.resolve(false)])) return;
    end(child, 'SIGTERM');
    if (await Promise.race([over, sleep(graceMs, false, { ref: false })])) return;
    end(child, 'SIGKILL');
    // Whoever has left the group may still hold the pipes.
    child.stdout.destroy();
    child.stderr.destroy();
    await over;
  };
  return { stdout: child.stdout, stderr: child.stderr, ended, stop };
}

function end(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // There are no groups here, or it has just ended.
    child.kill(signal);
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such program';
  if (code === 'EACCES') return 'it may not be executed';
  return message;
}
