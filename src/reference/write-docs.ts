import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { builtinPlugins } from '../config/builtin-plugins.ts';
import { serveSdkToPlugins } from '../kernel/plugins/sdk-resolution.ts';
import type { ApiDocument } from './api-page.ts';
import { pages } from './pages.ts';

/*
 * Writes the parts of the docs that are made of the code. With --check it only compares, and exits with 1 when one of them is
 * not what the code says.
 */

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const docs = join(dirname(findPackageJSON('..', import.meta.url) ?? process.cwd()), 'docs');
const isCheck = process.argv.includes('--check');
serveSdkToPlugins();

const api = JSON.parse(await readFile(join(docs, 'openapi.json'), 'utf8')) as ApiDocument;

for (const { path, make } of pages({ plugins: await builtinPlugins(), api })) {
  const file = join(docs, path);
  const present = await readFile(file, 'utf8').catch(() => '');
  const wanted = make(present);
  if (present === wanted) {
    say(`docs/${path} is up to date`);
  } else if (isCheck) {
    say(`docs/${path} differs from what the code says; run: npm run docs`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, wanted);
    say(`wrote docs/${path}`);
  }
}
