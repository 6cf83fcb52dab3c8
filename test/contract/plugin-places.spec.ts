import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { built, root, runModule, temporaryFolder } from './node-process.ts';

const heartbeat = join(root, 'test/fixtures/plugins/heartbeat/index.ts');

/** Loads one plugin by the build of Signalbox; `script` may use `loaded` and `module`, and prints what is expected. */
function load(use: string, configDir: string, script: string): Promise<unknown> {
  return runModule(
    `import { loadPlugins } from ${JSON.stringify(built('src/kernel/plugins/plugin-loader.js'))};
     import { startPlugin } from ${JSON.stringify(built('src/sdk/testing/index.js'))};
     import * as sdk from ${JSON.stringify(built('src/sdk/index.js'))};
     const print = (value) => console.log(JSON.stringify(value));
     const [loaded] = await loadPlugins([{ use: ${JSON.stringify(use)} }], { configDir: ${JSON.stringify(configDir)} });
     ${script}`,
    configDir,
  );
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const plugin = (name: string, more = ''): string =>
  `import { definePlugin } from 'signalbox/sdk';
   export default definePlugin({ name: '${name}', api: '^1.0.0', types: [] });
   ${more}`;

it('runs a .ts file from anywhere on the disk, with no build step, and ends when it is stopped', async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'my'));
  copyFileSync(heartbeat, join(folder.path, 'my/heartbeat.ts'));
  const data = await load(
    './my/heartbeat.ts',
    folder.path,
    `await using started = await startPlugin(loaded.plugin, { settings: { everyMs: 5 } });
     await started.nextEvent('heartbeat.ticked');
     print((await started.nextEvent('heartbeat.ticked')).data);`,
  );
  expect(data).toEqual({ count: 1 });
});

it('gives a plugin the SDK of the very process, even where another copy is installed beside it', async () => {
  using folder = temporaryFolder();
  write(folder.path, {
    'node_modules/signalbox/package.json': '{ "name": "signalbox", "exports": { "./sdk": "./sdk.js" } }',
    'node_modules/signalbox/sdk.js': 'throw new Error("the wrong SDK");',
    'mine.ts': plugin('mine', `export { PermanentError } from 'signalbox/sdk';`),
  });
  const same = await load(
    './mine.ts',
    folder.path,
    `const module = await import(${JSON.stringify(join(folder.path, 'mine.ts'))});
     print(module.PermanentError === sdk.PermanentError);`,
  );
  expect(same).toBe(true);
});

it.each(['signalbox-plugin-lamp', '@acme/lamp'])(
  'finds the package %s where the configuration lies, though it is for import only',
  async (name) => {
    using folder = temporaryFolder();
    write(join(folder.path, 'node_modules', name), {
      'package.json': JSON.stringify({ name, type: 'module', exports: { import: './lamp.js' } }),
      'lamp.js': plugin('lamp'),
    });
    expect(await load(name, folder.path, 'print(loaded.plugin.name);')).toBe('lamp');
  },
);

it('finds a built-in plugin by its name, wherever the configuration lies', async () => {
  using folder = temporaryFolder();
  expect(await load('webhook', folder.path, 'print(loaded.plugin.types.map(({ name }) => name));')).toEqual([
    'webhook',
  ]);
});

it.each<[string, string, string]>([
  ['needs a build step', 'enum Tone { Ding }\nexport default Tone;', 'TypeScript enum is not supported'],
  ['is no TypeScript', 'export default {{', 'Expected identifier'],
  [
    'imports what is not there',
    `import 'no-such-package';\nexport default 1;`,
    `Cannot find package 'no-such-package'`,
  ],
])('says why a module that %s cannot be imported', async (_, source, problem) => {
  using folder = temporaryFolder();
  write(folder.path, { 'mine.ts': source });
  await expect(load('./mine.ts', folder.path, '')).rejects.toThrow(
    new RegExp(`plugin ./mine.ts: cannot be imported: .*${problem}`),
  );
});
