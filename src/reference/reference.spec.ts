import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { builtinPlugins } from '../config/builtin-plugins.ts';
import type { ApiDocument } from './api-page.ts';
import { markdownTable } from './markdown-table.ts';
import { withParts } from './marked-parts.ts';
import { pages, type Page } from './pages.ts';
import { SchemaRows } from './schema-rows.ts';

const docs = new URL('../../docs/', import.meta.url);

describe('the reference', () => {
  let all: readonly Page[];
  beforeAll(async () => {
    const api = JSON.parse(readFileSync(new URL('openapi.json', docs), 'utf8')) as ApiDocument;
    all = pages({ plugins: await builtinPlugins(), api });
  });

  it('is what the code says; otherwise: npm run docs', () => {
    for (const { path, make } of all) {
      const present = readFileSync(new URL(path, docs), 'utf8');
      expect(`${path}\n${present}`).toBe(`${path}\n${make(present)}`);
    }
  });

  it('tells of settings, of events and of actions', () => {
    const page = all.find(({ path }) => path === 'reference/object-types.md')?.make('') ?? '';
    expect(page).toMatch(/^\| `auth\.token` +\| text +\| required +\| \*\*Secret\.\*\* .*`type: bearer`/m);
    expect(page).toMatch(/^\| `timeout` +\| number, 3 to 120 +\| `5` /m);
    expect(page).toMatch(/^\| `vm\.power_on` +\|/m);
    expect(page).toContain('**Action `webhook.send`**');
  });
});

describe('parts of pages', () => {
  const page = 'Before.\n\n<!-- made by npm run docs: a -->\n\nold\n\n<!-- end of a -->\n\nAfter.\n';

  it('are put into their places', () => {
    const made = withParts(page, { a: 'new' });
    expect(made).toBe(page.replace('old', 'new'));
    expect(withParts(made, { a: 'new' })).toBe(made);
  });

  it('need a place each, and each place a part', () => {
    expect(() => withParts(page, {})).toThrow('nothing makes the part "a"');
    expect(() => withParts(page, { a: 'x', b: 'y' })).toThrow('the part "b" has no place');
  });
});

describe('tables', () => {
  it('are aligned, and a bar in a cell stays in it', () => {
    expect(
      markdownTable(
        ['a', 'bb'],
        [
          ['x|y', 'é'],
          ['', '12345'],
        ],
      ),
    ).toBe(['| a    | bb    |', '| ---- | ----- |', '| x\\|y | é     |', '|      | 12345 |'].join('\n'));
  });

  it('show lists, mappings and what lies in them', () => {
    const schema = {
      type: 'object',
      required: ['list'],
      properties: {
        list: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
        map: {
          type: 'object',
          additionalProperties: { type: 'object', properties: { n: { type: 'integer' } } },
        },
      },
    };
    expect(new SchemaRows(schema).rows().map(({ path, type, required }) => [path, type, required])).toEqual([
      ['list', 'list of mapping', true],
      ['list[].name', 'text', false],
      ['map', 'mapping', false],
      ['map.*.n', 'integer', false],
    ]);
  });
});
