import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

const launcher = join(import.meta.dirname, '../../bin/signalbox.js');

export interface CommandOptions {
  readonly cwd?: string;
  /** Of Signalbox's own variables the command sees only those that stand here. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The `signalbox` command in a process of its own, on the build. */
export interface RunningCommand extends AsyncDisposable {
  /** What it has printed so far. */
  readonly out: string;
  readonly err: string;
  /** Waits until it has printed something that fits. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks it to stop; resolves to its exit code. */
  stop(): Promise<number | null>;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

export function signalbox(args: readonly string[], { cwd, env = {} }: CommandOptions = {}): RunningCommand {
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { ...othersVariables(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const printed = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.err += text));
  let over = false;
  const ended = once(child, 'close').then(([code]) => {
    over = true;
    return { code: code as number | null, ...printed };
  });
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return (await ended).code;
  };
  return {
    get out() {
      return printed.out;
    },
    get err() {
      return printed.err;
    },
    printed: (pattern) =>
      waitFor(
        () => {
          const found = pattern.exec(printed.out);
          if (!found && over)
            throw new Error(`ended without ${String(pattern)}:\n${printed.out}${printed.err}`);
          return found ?? undefined;
        },
        () => `${String(pattern)} in:\n${printed.out}${printed.err}`,
      ),
    stop,
    ended,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** `signalbox start` that listens, on any free port unless told. */
export async function startServer(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<RunningCommand & { readonly url: string }> {
  const command = signalbox(['start', '--port', '0', ...args], options);
  try {
    const [, url = ''] = await command.printed(/listens on (\S+)/);
    return Object.assign(command, { url });
  } catch (error) {
    await command.stop();
    throw error;
  }
}

function othersVariables(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => !name.startsWith('SIGNALBOX_') && name !== 'FORCE_COLOR'),
  );
}
