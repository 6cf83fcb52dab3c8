import { readFile, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { serveSdkToPlugins } from '../kernel/plugins/sdk-resolution.ts';
import { builtinPlugins } from './builtin-plugins.ts';
import { configJsonSchema } from './json-schema.ts';

/*
 * Writes config/signalbox.schema.json. With --check it only compares, and exits with 1 when the file is not what the
 * schemas in the code say.
 */

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const root = dirname(findPackageJSON('..', import.meta.url) ?? process.cwd());
const file = join(root, 'config', 'signalbox.schema.json');
serveSdkToPlugins();
const wanted = `${JSON.stringify(configJsonSchema(await builtinPlugins()), null, 2)}\n`;
const present = await readFile(file, 'utf8').catch(() => undefined);

if (present === wanted) {
  say(`${file} is up to date`);
} else if (process.argv.includes('--check')) {
  say(`${file} differs from the schemas in the code; run: npm run schema`);
  process.exitCode = 1;
} else {
  await writeFile(file, wanted);
  say(`wrote ${file}`);
}
