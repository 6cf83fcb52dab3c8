import { describe, expect, it } from '@jest/globals';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSignalbox, type RunningSignalbox } from '../../src/bootstrap.ts';
import { bash, missingTools } from '../support/bash.ts';
import { environmentFor, isConfiguration, pages, textOf, userPages } from '../support/docs-pages.ts';
import { snippetsIn, snippetsOf, type Snippet } from '../support/snippets.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { walkthrough, type Stand } from '../support/walkthrough.ts';

const token = 'test-admin-token-0123456789';
const root = join(import.meta.dirname, '../..');

/** Pages that have a test of their own. */
const others = ['README.md', 'docs/api.md', 'docs/examples.md', 'docs/first-webhook.md'];

/** What readers of a page have done before, and what they have where it has an example. */
interface Reader {
  readonly before?: string;
  readonly stand?: Stand;
}

const readers: Readonly<Record<string, Reader>> = {
  'docs/configuration-as-code.md': { before: 'signalbox export --out resources\n' },
  'docs/seeing.md': {
    before: `stored=$(signalbox emit vm.error --object gpu-01 --json | node -p 'JSON.parse(fs.readFileSync(0)).id')\n`,
    stand: { '01a1fbfe-3c79-7000-9d3b-45c910d3def2': '"$stored"' },
  },
};

/** A machine without the programs that a page uses skips it, and says so. */
function itIfItCan(snippets: readonly Snippet[]): typeof it.skip {
  const missing = missingTools(walkthrough(snippets));
  if (missing.length > 0) process.stderr.write(`skipped: ${missing.join(', ')} is not installed\n`);
  return missing.length === 0 ? it : it.skip;
}

function hasCommands(snippets: readonly Snippet[]): boolean {
  return snippets.some(({ language, mark }) => language === 'sh' && !mark.startsWith('not run'));
}

const withCommands = userPages.filter((page) => !others.includes(page) && hasCommands(snippetsOf(page)));

const start = (folder: TemporaryFolder, config: string): Promise<RunningSignalbox> =>
  startSignalbox({
    file: folder.write('page.yaml', config),
    overrides: { server: { port: 0 }, data: join(folder.path, 'data') },
    env: { ...environmentFor(config), SIGNALBOX_ADMIN_TOKEN: token, SIGNALBOX_LOG_LEVEL: 'silent' },
  });

/** What is typed into a Signalbox with one configuration. */
interface Act {
  readonly config: string;
  readonly snippets: readonly Snippet[];
}

/** A page in its order: what it shows of a configuration holds until it shows the next one, on the same data. */
function actsOf(snippets: readonly Snippet[], first: string): readonly Act[] {
  const acts: { config: string; snippets: Snippet[] }[] = [{ config: first, snippets: [] }];
  for (const snippet of snippets) {
    if (snippet.language === 'yaml' && isConfiguration(snippet.text))
      acts.push({ config: snippet.text, snippets: [] });
    else acts.at(-1)?.snippets.push(snippet);
  }
  return acts.filter((act, i) => i > 0 || hasCommands(act.snippets));
}

/** Types what is shown. curl is content with any answer: none may be an error. */
async function perform(
  { config, snippets }: Act,
  folder: TemporaryFolder,
  { before = '', stand }: Reader,
): Promise<void> {
  const signalbox = await start(folder, config);
  try {
    const { url } = signalbox;
    const script = walkthrough(snippets, { 4280: new URL(url).port, ...stand });
    const env = { ...environmentFor(config), SIGNALBOX_URL: url, SIGNALBOX_TOKEN: token };
    const { code, out } = await bash(before + script, { cwd: folder.path, env });
    expect({ code, out }).toEqual({ code: 0, out });
    expect(out).not.toMatch(/"code": ?"[A-Z_]+"/);
  } finally {
    await signalbox.stop();
  }
}

describe('the commands that the docs show', () => {
  for (const page of withCommands) {
    const snippets = snippetsOf(page);
    itIfItCan(snippets)(
      `work as they are: ${page}`,
      async () => {
        using folder = temporaryFolder();
        cpSync(join(root, 'config'), join(folder.path, 'config'), { recursive: true });
        for (const act of actsOf(snippets, '{}')) await perform(act, folder, readers[page] ?? {});
      },
      120_000,
    );
  }

  const examples = textOf('docs/examples.md')
    .split(/^## /m)
    .filter((section) => hasCommands(snippetsIn(section)));

  for (const section of examples) {
    const [name = ''] = section.split('\n');
    const snippets = snippetsIn(section);
    itIfItCan(snippets)(
      `work with the example that they are about: ${name}`,
      async () => {
        using folder = temporaryFolder();
        const example = readFileSync(join(root, 'config/examples', name), 'utf8');
        for (const act of actsOf(snippets, example)) await perform(act, folder, {});
      },
      60_000,
    );
  }

  it('are found', () => {
    expect(withCommands).toEqual(expect.arrayContaining(['docs/seeing.md', 'plugins/vm/README.md']));
    expect(examples.length).toBeGreaterThan(2);
  });
});

describe('the documents that the docs show', () => {
  const documents = pages.flatMap((page) =>
    snippetsOf(page)
      .filter(({ language }) => language === 'json')
      .map(({ text }) => [page, text] as const),
  );

  it.each(documents)('are JSON: %s', (_, text) => {
    expect(() => void JSON.parse(text)).not.toThrow();
  });
});
