import type { SqlEntityManager } from '@mikro-orm/sqlite';

/** A piece of SQL with the values of its question marks. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export function select<Row>(em: SqlEntityManager, { sql, values }: Sql): Promise<readonly Row[]> {
  return em.getConnection().execute<readonly Row[]>(sql, [...values], 'all', em.getTransactionContext());
}

export function both(conditions: readonly Sql[]): Sql {
  return {
    sql: ['1 = 1', ...conditions.map(({ sql }) => sql)].join(' and '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** Nothing, where nothing is asked for. */
export function compared(
  column: string,
  operator: '=' | '<' | '>' | '>=',
  value: string | number | undefined,
): Sql | [] {
  return value === undefined ? [] : { sql: `${column} ${operator} ?`, values: [value] };
}

export function oneOf(column: string, values: readonly string[] | undefined): Sql | [] {
  if (values === undefined) return [];
  return {
    sql: values.length === 0 ? '1 = 0' : `${column} in (${values.map(() => '?').join(', ')})`,
    values,
  };
}

/** What `like` is asked for a text that may stand anywhere; case aside. */
export function patternOf(text: string): string {
  return `%${text.replace(/[%_!]/g, '!$&')}%`;
}

/** Whether one of the columns is like the pattern. */
export function like(columns: readonly string[]): string {
  const all = columns.map((column) => `coalesce(${column}, '')`).join(` || ' ' || `);
  return `lower(${all}) like lower(cast(? as text)) escape '!'`;
}
