import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * Jest brings a module loader of its own. What depends on that of Node.js runs in a process of its own, on the build.
 */

export const root = join(import.meta.dirname, '../..');

export interface NodeResult {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node` until it exits by itself; one that does not is killed after 20 s and has no code. */
export function runNode(args: readonly string[], cwd: string): Promise<NodeResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr });
    });
  });
}

/** Runs a module from its source and gives back what it prints as JSON. Throws when it does not exit with 0. */
export async function runModule(source: string, cwd: string): Promise<unknown> {
  const result = await runNode(['--input-type=module', '--eval', source], cwd);
  if (result.code !== 0) throw new Error(`exit code ${String(result.code)}: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

/** URL of a module of the build, such as `src/sdk/index.js`. */
export function built(path: string): string {
  const file = join(root, 'dist', path);
  if (!existsSync(file)) throw new Error(`${file} is missing; run \`npm run build\` first`);
  return pathToFileURL(file).href;
}

/** A folder outside of the checkout, removed in the end. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'signalbox-plugins-'));
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
