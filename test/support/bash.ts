import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The programs, besides those of Signalbox, that a script wants and this machine does not have. */
export function missingTools(script: string): readonly string[] {
  const wanted = ['curl', 'sqlite3'].filter((tool) => new RegExp(`^\\s*${tool} `, 'm').test(script));
  return ['bash', ...wanted].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
}

/*
 * The commands of the docs, without what would install or build: `npm start` and `npx signalbox` are the program of this checkout.
 * What goes on until Ctrl-C is ended after a while, and must still be there then.
 */
const prelude = `
set -euo pipefail
# Jobs are process groups of their own, and are ended as such.
set -m
signalbox() { node "$CHECKOUT/bin/signalbox.js" "$@"; }
npm() {
  case "$1" in
    ci) ;;
    start) shift; [ "\${1:-}" != -- ] || shift; signalbox start "$@" ;;
    *) echo "npm $* is not known here" >&2; return 64 ;;
  esac
}
npx() { [ "$1" = signalbox ] || return 64; shift; signalbox "$@"; }
listens() { for _ in $(seq 600); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.1; done; return 1; }
for_a_while() { "$@" & local it=$!; sleep 3; kill -- "-$it"; wait "$it" || true; }
trap 'for job in $(jobs -p); do kill -- "-$job" 2>/dev/null || true; done; wait' EXIT
`;

export interface BashResult {
  readonly code: number | null;
  readonly out: string;
}

/** Runs a script as somebody who follows the docs would; `out` is all that it prints. */
export async function bash(
  script: string,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<BashResult> {
  const child = spawn('bash', ['-c', prelude + script], {
    cwd,
    env: {
      HOME: cwd,
      XDG_CONFIG_HOME: join(cwd, 'user-config'),
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      CHECKOUT: root,
      SIGNALBOX_LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (out += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out };
}
