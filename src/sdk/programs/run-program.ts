import type { Readable } from 'node:stream';
import { withTimeLimit } from '../time-limit.ts';
import { startProgram, type Program, type ProgramEnd } from './start-program.ts';

export interface RunLimits {
  /** When it is over, the program and all that it has started are ended. */
  readonly timeoutMs: number;
  /** Of each of its two outputs so much is kept; the rest is read and forgotten. Default 64 KiB. */
  readonly maxOutputBytes?: number;
  /** Aborted: as when the time is over. */
  readonly signal?: AbortSignal | undefined;
}

export type ProgramResult = ProgramEnd & {
  readonly stdout: string;
  readonly stderr: string;
  /** There was more output than is kept. */
  readonly truncated: boolean;
};

const keptBytes = 64 * 1024;

/**
 * Runs a program to its end, whatever its exit code is. Rejects with a `PermanentError` when it cannot be started, with the
 * signal's reason when that is aborted, and with another error when the time is over: then nobody knows what it has done.
 */
export async function runProgram(program: Program, limits: RunLimits): Promise<ProgramResult> {
  const { timeoutMs, maxOutputBytes = keptBytes, signal } = limits;
  signal?.throwIfAborted();
  const started = startProgram(program);
  const stdout = new Output(started.stdout, maxOutputBytes);
  const stderr = new Output(started.stderr, maxOutputBytes);
  const message = `${program.file} had not ended after ${String(timeoutMs / 1_000)} s, and was ended`;
  try {
    const end = await withTimeLimit(started.ended, { ms: timeoutMs, message, ...(signal && { signal }) });
    const truncated = stdout.truncated || stderr.truncated;
    return { ...end, stdout: stdout.text(), stderr: stderr.text(), truncated };
  } finally {
    await started.stop();
  }
}

/** The beginning of what a program writes. */
class Output {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(
    stream: Readable,
    private readonly limit: number,
  ) {
    stream.on('data', (chunk: Buffer) => {
      const room = this.limit - this.#size;
      if (room > 0) this.#chunks.push(chunk.subarray(0, room));
      this.#size += chunk.length;
    });
  }

  get truncated(): boolean {
    return this.#size > this.limit;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
