import type { HotTable, Value } from '../hot-tables.ts';

/** Rows as one array for each column, which is how PostgreSQL takes many in one statement: `unnest($1, $2 …)`. */
export function columnar<R>(table: HotTable<R>, records: readonly R[]): readonly (readonly Value[])[] {
  const columns: Value[][] = table.columns.map(() => []);
  for (const record of records) {
    const row: Value[] = [];
    table.append(row, record);
    row.forEach((value, index) => columns[index]?.push(storable(value)));
  }
  return columns;
}

/** PostgreSQL knows no NUL in texts; a message of an error may have one. */
export function storable(value: Value): Value {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

export function insertSql<R>({ name, columns }: HotTable<R>): string {
  const names = columns.map(([column]) => column).join(', ');
  // JSON goes over as text: an array of JSON would be taken apart by the driver.
  const values = columns.map(([column, type]) => (type === 'json' ? `${column}::json` : column)).join(', ');
  return `insert into "${name}" (${names}) select ${values} from ${unnest(columns)}`;
}

/** `unnest($1::text[], …) as given(id, …)`. */
export function unnest(columns: HotTable<never>['columns']): string {
  const arrays = columns.map(([, type], index) => `$${index + 1}::${type === 'json' ? 'text' : type}[]`);
  return `unnest(${arrays.join(', ')}) as given(${columns.map(([column]) => column).join(', ')})`;
}
