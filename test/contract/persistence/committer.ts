import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the other process has been told is on disk. */
interface Reported {
  readonly event: string;
  readonly run: string;
}

interface Committer extends AsyncDisposable {
  /** Kills it in the middle of its work, once it has reported so many, and gives all that it reported. */
  killAfter(count: number): Promise<readonly Reported[]>;
}

/** Another process that opens the store and commits and settles without end. Resolves when it has begun. */
export async function startCommitter(url: string): Promise<Committer> {
  const script = fileURLToPath(new URL('committer-process.ts', import.meta.url));
  const flags = ['--experimental-transform-types', '--no-warnings'];
  const child = spawn(process.execPath, [...flags, script, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const reported: Reported[] = [];
  let wake: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    reported.push(JSON.parse(line) as Reported);
    wake();
  });
  const reach = async (count: number) => {
    while (reported.length < count && child.exitCode === null)
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), exited]);
  };
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  await reach(1);
  return {
    async killAfter(count) {
      await reach(count);
      await stop();
      return [...reported];
    },
    [Symbol.asyncDispose]: stop,
  };
}
