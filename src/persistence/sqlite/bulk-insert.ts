import type { HotTable, Value } from '../hot-tables.ts';
import type { SqliteHandle, SqliteStatement } from './sqlite-handle.ts';

/** More make no difference any more. */
const rowsPerStatement = 16;

/** Inserts many rows with one call: a call for each would cost as much again as the row. */
export class BulkInsert<R> {
  readonly #statements = new Map<number, SqliteStatement>();

  /**
   * `or` must not be `abort`, SQLite's default: it would copy every page to a temporary file before it changes it, to
   * be able to undo one statement of several rows. Here the whole transaction is undone.
   */
  constructor(
    private readonly handle: SqliteHandle,
    private readonly table: HotTable<R>,
    private readonly or: 'fail' | 'ignore',
  ) {}

  insert(records: readonly R[]): void {
    for (let begin = 0; begin < records.length; begin += rowsPerStatement) {
      const end = Math.min(begin + rowsPerStatement, records.length);
      const values: Value[] = [];
      for (const record of records.slice(begin, end)) this.table.append(values, record);
      this.#statement(end - begin).run(values);
    }
  }

  #statement(rows: number): SqliteStatement {
    let statement = this.#statements.get(rows);
    if (!statement) {
      statement = this.handle.prepare(insertSql(this.table, { or: this.or, rows }));
      this.#statements.set(rows, statement);
    }
    return statement;
  }
}

function insertSql<R>(
  { name, columns }: HotTable<R>,
  options: { readonly or: string; readonly rows: number },
) {
  const names = columns.map(([column]) => column).join(', ');
  const row = `(${columns.map(() => '?').join(', ')})`;
  const rows = Array.from({ length: options.rows }, () => row).join(', ');
  return `insert or ${options.or} into ${name} (${names}) values ${rows}`;
}
