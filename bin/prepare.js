/*
 * npm runs this after an install from the sources: builds. When `npx signalbox` is used inside the checkout, npm links
 * the checkout into a cache and runs it again; the build that is there, perhaps in use by a running server, stays then.
 */
import { spawnSync } from 'child_process';
import { existsSync } from 'fs';
import { fileURLToPath } from 'url';

const built = existsSync(fileURLToPath(new URL('../dist/src/main.js', import.meta.url)));
if (!built || process.env.npm_command !== 'exec') {
  const { status } = spawnSync('npm run build', { stdio: 'inherit', shell: true });
  process.exitCode = status ?? 1;
}
