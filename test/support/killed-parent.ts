import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { waitFor } from './wait-for.ts';

/**
 * Runs a module in a process of its own until it prints "ready", and ends that by a SIGKILL. Gives the numbers of the
 * processes that it had started by then.
 */
export async function killOnceReady(source: string): Promise<readonly number[]> {
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    env: { ...process.env, JEST_WORKER_ID: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(parent, 'exit');
  const lines: string[] = [];
  createInterface({ input: parent.stdout }).on('line', (line) => lines.push(line));
  try {
    await waitFor(
      () => lines.includes('ready'),
      () => `it to be ready: ${lines.join('\n')}`,
    );
    return offspring(parent.pid!);
  } finally {
    parent.kill('SIGKILL');
    await exited;
  }
}

function offspring(pid: number): number[] {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return children
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .flatMap((child) => [child, ...offspring(child)]);
}
