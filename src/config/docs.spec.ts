import { dotted } from '../domain/dotted.ts';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { configSchema, scalarSections } from './config-schema.ts';
import { environmentVariables } from './overrides.ts';

const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('|'));

function rowOf(cell: string): string {
  return rows.find((row) => row.split('|')[1]?.includes(`\`${cell}\``)) ?? `no row for ${cell}`;
}

const defaults = configSchema.parse({});
const sections = Object.entries(scalarSections).flatMap(([section, { shape }]) =>
  Object.keys(shape).map((key) => [section, key] as const),
);

describe('docs/configuration.md', () => {
  it.each(sections)('has %s.%s with its default', (section, key) => {
    const value: unknown = Reflect.get(defaults[section as keyof typeof scalarSections], key);
    expect(rowOf(`${section}.${key}`)).toContain(
      value === undefined ? '|' : `\`${JSON.stringify(value).replaceAll('"', '')}\``,
    );
  });

  it.each(Object.keys(configSchema.shape))('has a row for %s or for what is in it', (key) => {
    const cells = rows.map((row) => row.split('|')[1]?.trim() ?? '');
    expect(cells.some((cell) => cell === `\`${key}\`` || cell.startsWith(`\`${key}.`))).toBe(true);
  });

  it.each([...environmentVariables])('has %s', (name, path) => {
    expect(rowOf(name)).toContain(`\`${dotted(path)}\``);
  });
});
