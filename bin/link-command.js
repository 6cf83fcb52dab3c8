/*
 * Run after the build: puts the `signalbox` command of this checkout where npm puts those of its dependencies. Without
 * it, `npx signalbox` would install the checkout into a cache first, and build it a second time there.
 */
import { lstatSync, mkdirSync, rmSync, symlinkSync } from 'fs';
import { join } from 'path';
import { fileURLToPath } from 'url';

const folder = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));
const link = join(folder, 'signalbox');

// Windows needs a wrapper instead of a link; npx finds its own way there.
if (process.platform !== 'win32') {
  mkdirSync(folder, { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync('../../bin/signalbox.js', link);
}
