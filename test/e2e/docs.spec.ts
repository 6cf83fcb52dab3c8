import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startSignalbox } from '../../src/bootstrap.ts';
import { configurationsOf, environmentFor, pages, textOf, userPages } from '../support/docs-pages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');

/** Starts a whole Signalbox with this file; it must not refuse anything in it. */
async function apply(file: string, { data, env }: { data: string; env: NodeJS.ProcessEnv }): Promise<void> {
  const signalbox = await startSignalbox({
    file,
    overrides: { server: { port: 0 }, data },
    env: { ...env, SIGNALBOX_ADMIN_TOKEN: 'test-admin-token-0123456789', SIGNALBOX_LOG_LEVEL: 'silent' },
  });
  await signalbox.stop();
}

const withConfigurations = userPages.filter((page) => configurationsOf(page).length > 0);

describe('the configurations that the docs show', () => {
  it('stand where they are looked for', () => {
    expect(withConfigurations).toEqual(
      expect.arrayContaining([
        'README.md',
        'docs/configuration.md',
        'docs/filters.md',
        'plugins/vm/README.md',
        'plugins/webhook/README.md',
      ]),
    );
  });

  // One after the other on the same data: a page explains one section after the other, each with those before it.
  it.each(withConfigurations)('are applied as they are: %s', async (page) => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    for (const [index, yaml] of configurationsOf(page).entries()) {
      const file = folder.write(`${String(index)}.yaml`, yaml);
      await apply(file, { data, env: environmentFor(yaml) });
    }
  });
});

interface Link {
  readonly page: string;
  readonly target: string;
}

function links(page: string): readonly Link[] {
  const prose = textOf(page).replace(/^```[^]*?^```$/gm, '');
  return Array.from(prose.matchAll(/\]\(([^()\s]+)\)/g), ([, target = '']) => ({ page, target })).filter(
    ({ target }) => !/^[a-z]+:/.test(target),
  );
}

/** As GitHub names the headings of a page. */
function anchors(page: string): readonly string[] {
  return Array.from(textOf(page).matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function leadsNowhere({ page, target }: Link): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return true;
  return anchor !== undefined && file.endsWith('.md') && !anchors(file).includes(anchor);
}

describe('the links of the docs', () => {
  it.each(pages)('lead somewhere: %s', (page) => {
    const dead = links(page).filter(leadsNowhere);
    expect(dead.map(({ target }) => target)).toEqual([]);
  });

  it('are found', () => {
    expect(pages.flatMap(links).length).toBeGreaterThan(20);
  });
});
