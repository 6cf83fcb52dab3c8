import { configSchema } from '../config/config-schema.ts';
import { environmentVariables, otherVariables } from '../config/overrides.ts';
import { dotted } from '../domain/dotted.ts';
import { z } from '../sdk/index.ts';
import { markdownTable } from './markdown-table.ts';
import { SchemaRows, type JsonSchema, type SchemaRow } from './schema-rows.ts';
import { defaultOf } from './schema-table.ts';

const resources = ['tags', 'objects', 'tasks', 'triggers'];
const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
const rows = new SchemaRows(schema).rows();

/** The keys that say how the server runs. */
export function serverKeys(): string {
  const own = rows.filter(({ path }) => !resources.some((name) => path.startsWith(`${name}.`)));
  return table(
    own.filter((row) => !own.some((other) => other !== row && other.path.startsWith(`${row.path}.`))),
  );
}

/** The keys of one object, task or trigger. */
export function resourceKeys(section: string): string {
  const prefix = `${section}.*.`;
  const own = rows.filter(({ path }) => path.startsWith(prefix));
  return table(own.map((row) => ({ ...row, path: row.path.slice(prefix.length) })));
}

function table(shown: readonly SchemaRow[]): string {
  return markdownTable(
    ['key', 'type', 'default', 'meaning'],
    shown.map((row) => [
      `\`${row.path}\``,
      row.type,
      row.path === 'plugins' ? 'see [below](#plugins)' : defaultOf(row),
      row.description,
    ]),
  );
}

/** The variables of the environment that Signalbox reads. */
export function variableTable(): string {
  const settings = [...environmentVariables].map(([name, path]) => [`\`${name}\``, `\`${dotted(path)}\``]);
  const others = Object.entries(otherVariables).map(([name, meaning]) => [`\`${name}\``, meaning]);
  return markdownTable(['variable', 'sets'], [...others, ...settings]);
}
