import { execFileSync } from 'node:child_process';

/** Runs a program of the system that need not be there; throws what it says when it fails. */
export function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
