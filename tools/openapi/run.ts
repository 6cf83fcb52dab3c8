import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescribedApi } from '../../src/api/openapi/described-api.ts';
import { describeDocs } from './describe-docs.ts';
import { describeSources } from './describe-sources.ts';
import { lintDocument } from './lint-document.ts';
import { recordAnswers } from './record-answers.ts';
import { shippedDocument } from './shipped-document.ts';

/*
 * Writes what the description of the API takes from the sources and from docs/api.md, and docs/openapi.json, which is what a server
 * with all plugins that come with Signalbox then says of itself. With --check it only compares. Either way the document is linted.
 * The build has to be there.
 */

const root = join(import.meta.dirname, '../..');
const described = join(root, 'src/api/openapi/described-api.json');
const document = join(root, 'docs/openapi.json');

await (process.argv.includes('--check') ? check() : write());
await lint();

async function write(): Promise<void> {
  writeFileSync(described, textOf({ ...describeSources(root), ...describeDocs(await recordAnswers()) }));
  copyFileSync(described, join(root, 'dist/src/api/openapi/described-api.json'));
  writeFileSync(document, textOf(await shippedDocument(root)));
  say('wrote docs/openapi.json');
}

async function check(): Promise<void> {
  const wanted: DescribedApi = { ...describeSources(root), ...describeDocs(new Map()) };
  const present = JSON.parse(readFileSync(described, 'utf8')) as DescribedApi;
  if (textOf(wanted) !== textOf(withoutAnswers(present))) outOfDate('src/api/openapi/described-api.json');
  if (textOf(await shippedDocument(root)) !== readFileSync(document, 'utf8')) outOfDate('docs/openapi.json');
}

/** They come from a running server; a test holds them against the schemas. */
function withoutAnswers(api: DescribedApi): DescribedApi {
  const routes = Object.entries(api.routes).map(([name, route]) => {
    const examples = route.examples.map(({ answer: _, ...example }) => example);
    return [name, { ...route, examples }] as const;
  });
  return { ...api, routes: Object.fromEntries(routes) };
}

async function lint(): Promise<void> {
  const findings = await lintDocument(document);
  for (const finding of findings) say(finding);
  say(`docs/openapi.json: ${String(findings.length)} findings of Spectral and Redocly`);
  if (findings.length > 0) process.exitCode = 1;
}

function outOfDate(file: string): void {
  say(`${file} is not what the code says; run: npm run openapi`);
  process.exitCode = 1;
}

function textOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
