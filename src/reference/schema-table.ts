import { markdownTable } from './markdown-table.ts';
import { SchemaRows, type JsonSchema, type SchemaRow } from './schema-rows.ts';

/** The fields of a schema as a table; a sentence where there are none. */
export function schemaTable(schema: JsonSchema, none = 'None.'): string {
  const rows = new SchemaRows(schema).rows();
  if (rows.length === 0) return none;
  return markdownTable(
    ['field', 'type', 'default', 'meaning'],
    rows.map((row) => [`\`${row.path}\``, row.type, defaultOf(row), meaningOf(row)]),
  );
}

export function defaultOf({ required, default: value }: Pick<SchemaRow, 'required' | 'default'>): string {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  return required ? 'required' : '';
}

function meaningOf({ description, secret, only }: SchemaRow): string {
  const where = only ? `With ${only.map((one) => `\`${one}\``).join(', ')}.` : '';
  return [secret ? '**Secret.**' : '', description, where].filter((part) => part !== '').join(' ');
}
