import { cpSync, globSync, readFileSync, symlinkSync, mkdirSync, copyFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { built, root, runModule, runNode, temporaryFolder } from './node-process.ts';

const fixtures = join(root, 'test/fixtures/plugins');
const blocks = [
  ...readFileSync(join(root, 'docs/plugins.md'), 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms),
].map(([, language, text]) => ({ language, text: text! }));

function blocksIn(language: string): readonly string[] {
  return blocks.filter((block) => block.language === language).map(({ text }) => text);
}

/** An excerpt may stand further to the left than in its file. */
function withoutIndent(code: string): string {
  return code.replaceAll(/^ +/gm, '');
}

it('shows the heartbeat word for word', () => {
  expect(blocksIn('ts')[0]).toBe(readFileSync(join(fixtures, 'heartbeat/index.ts'), 'utf8'));
});

describe('each TypeScript block', () => {
  const sources = globSync('*/*.ts', { cwd: fixtures }).map((file) =>
    withoutIndent(readFileSync(join(fixtures, file), 'utf8')),
  );

  it.each(blocksIn('ts').map((text) => [text.split('\n')[0], text]))('is real code: %s', (_, text) => {
    expect(sources.some((source) => source.includes(withoutIndent(text!)))).toBe(true);
  });
});

describe('each configuration', () => {
  it.each(blocksIn('yaml'))('loads: %s', async (text) => {
    using folder = temporaryFolder();
    copyFileSync(join(fixtures, 'heartbeat/index.ts'), join(folder.path, 'heartbeat.ts'));
    publish(folder.path);
    const { plugins } = parse(text) as { plugins: readonly { use: string; settings: unknown }[] };
    const loaded = await runModule(
      `import { loadPlugins } from ${JSON.stringify(built('src/kernel/plugins/plugin-loader.js'))};
       const loaded = await loadPlugins(${JSON.stringify(plugins)}, { configDir: ${JSON.stringify(folder.path)} });
       console.log(JSON.stringify(loaded.map(({ use, settings }) => ({ use, settings }))));`,
      folder.path,
    );
    expect(loaded).toEqual(plugins);
  });
});

it('has a test that passes with the packages installed as an author has them', async () => {
  using folder = temporaryFolder();
  for (const file of ['index.ts', 'index.test.ts']) {
    copyFileSync(join(fixtures, 'sms-gateway', file), join(folder.path, file));
  }
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(folder.path, 'node_modules'));
  symlinkSync(root, join(folder.path, 'node_modules/signalbox'));
  symlinkSync(join(root, 'node_modules/rxjs'), join(folder.path, 'node_modules/rxjs'));
  const { code, stdout } = await runNode(['--test', '--test-reporter=tap'], folder.path);
  expect(stdout).toContain('# pass 3');
  expect(code).toBe(0);
});

it('is compiled with the tsconfig.json shown, packed, and loaded where it was installed', async () => {
  using author = temporaryFolder();
  const [manifest, tsconfig] = blocksIn('json');
  copyFileSync(join(fixtures, 'sms-gateway/index.ts'), join(author.path, 'index.ts'));
  writeFileSync(join(author.path, 'package.json'), manifest!);
  writeFileSync(join(author.path, 'tsconfig.json'), tsconfig!);
  mkdirSync(join(author.path, 'node_modules'));
  symlinkSync(root, join(author.path, 'node_modules/signalbox'));
  symlinkSync(join(root, 'node_modules/rxjs'), join(author.path, 'node_modules/rxjs'));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  expect(await runNode([compiler, '-p', author.path], author.path)).toMatchObject({ code: 0, stdout: '' });

  using user = temporaryFolder();
  const { name, files } = JSON.parse(manifest!) as { name: string; files: string[] };
  const installed = join(user.path, 'node_modules', name);
  mkdirSync(installed, { recursive: true });
  for (const packed of ['package.json', ...files])
    cpSync(join(author.path, packed), join(installed, packed), { recursive: true });
  const loaded = await runModule(
    `import { loadPlugins } from ${JSON.stringify(built('src/kernel/plugins/plugin-loader.js'))};
     const [{ plugin }] = await loadPlugins([{ use: ${JSON.stringify(name)} }], { configDir: ${JSON.stringify(user.path)} });
     console.log(JSON.stringify(plugin.types.map(({ name }) => name)));`,
    user.path,
  );
  expect(loaded).toEqual(['sms_gateway']);
}, 60_000);

/** Installs the package that the docs describe: its package.json as shown, its code from the fixture. */
function publish(folder: string): void {
  const [manifest] = blocksIn('json');
  const { name, exports: entry } = JSON.parse(manifest!) as { name: string; exports: string };
  const target = join(folder, 'node_modules', name);
  mkdirSync(dirname(join(target, entry)), { recursive: true });
  writeFileSync(join(target, 'package.json'), manifest!);
  const source = readFileSync(join(fixtures, 'sms-gateway/index.ts'), 'utf8');
  writeFileSync(join(target, entry), stripTypeScriptTypes(source));
}
