import type { SqlEntityManager } from '@mikro-orm/sqlite';
import type { AuditRecord } from '../domain/audit.ts';
import type { AuditPort, AuditQuery } from '../kernel/audit/audit-port.ts';
import type { Page } from '../kernel/ports.ts';
import { both, compared, like, oneOf, patternOf, select, type Sql } from './conditions.ts';
import type { Database } from './database.ts';
import { AuditEntity, toAudit } from './entities/audit.entity.ts';
import { MarkEntity } from './entities/mark.entity.ts';
import { auditTable, type Value } from './hot-tables.ts';
import { idAt, slack } from './page-range.ts';
import { walk, type WalkLimits } from './stretch-walk.ts';

/** Name of the mark. */
const told = 'audit_told';
const rowsPerStatement = 100;

/** Stores entries in the transaction of what they tell of. */
export async function addEntries(em: SqlEntityManager, entries: readonly AuditRecord[]): Promise<void> {
  const { name, columns, append } = auditTable;
  const names = columns.map(([column]) => `"${column}"`).join(', ');
  const row = `(${columns.map(() => '?').join(', ')})`;
  for (let begin = 0; begin < entries.length; begin += rowsPerStatement) {
    const some = entries.slice(begin, begin + rowsPerStatement);
    const values: Value[] = [];
    for (const entry of some) append(values, entry);
    const sql = `insert into ${name} (${names}) values ${some.map(() => row).join(', ')}`;
    await em.getConnection().execute(sql, values, 'run', em.getTransactionContext());
  }
}

export class AuditStore implements AuditPort {
  constructor(private readonly database: Database) {}

  append(entries: readonly AuditRecord[]): Promise<void> {
    return this.database.write((em) => addEntries(em, entries));
  }

  async entries(query: AuditQuery, limits?: WalkLimits): Promise<Page<AuditRecord>> {
    if (Object.values(query).some((value) => typeof value === 'string' && value.includes('\0')))
      return { items: [] };
    const { ids, next } = await walk<Row>(
      {
        limit: query.limit,
        stretchOf: (beyond, stretch) =>
          this.database.read((em) =>
            stretchOf(em, { ...query, cursor: beyond?.id ?? query.cursor }, stretch),
          ),
      },
      limits,
    );
    return { items: await this.#byIds(ids), ...(next && { next: next.id }) };
  }

  async entry(id: string): Promise<AuditRecord | undefined> {
    return id.includes('\0') ? undefined : (await this.#byIds([id]))[0];
  }

  told(): Promise<string | undefined> {
    return this.database.read(async (em) => (await em.findOne(MarkEntity, { name: told }))?.value);
  }

  noteTold(id: string): Promise<void> {
    return this.database.write(async (em) => {
      await em.upsertMany(MarkEntity, [{ name: told, value: id }]);
    });
  }

  async #byIds(ids: readonly string[]): Promise<readonly AuditRecord[]> {
    const rows = await this.database.read((em) => em.find(AuditEntity, { id: { $in: [...ids] } }));
    const entries = new Map(rows.map((row) => [row.id, toAudit(row)]));
    return ids.flatMap((id) => entries.get(id) ?? []);
  }
}

interface Row {
  readonly id: string;
  readonly hit: number | string;
}

type Where = Omit<AuditQuery, 'cursor'> & { readonly cursor: string | undefined };

function stretchOf(em: SqlEntityManager, query: Where, stretch: number): Promise<readonly Row[]> {
  const walked = both(indexed(query));
  const hit = both(unindexed(query));
  const direction = query.oldestFirst ? 'asc' : 'desc';
  return select<Row>(em, {
    sql: `select id, case when ${hit.sql} then 1 else 0 end as hit
      from (select * from audit where ${walked.sql} order by id ${direction} limit ?) as entry
      order by id ${direction}`,
    values: [...hit.values, ...walked.values, stretch],
  });
}

/** Conditions on the walk itself. */
function indexed({ kind, resource, from, to, cursor, oldestFirst }: Where): readonly Sql[] {
  return [
    compared('kind', '=', kind),
    // Only with the kind does an index give them in their order.
    kind === undefined ? [] : compared('resource', '=', resource),
    compared('id', oldestFirst ? '>' : '<', cursor),
    // Ids begin with the time, if not exactly.
    compared('id', '>=', from === undefined ? undefined : idAt(from - slack)),
    compared('id', '<', to === undefined ? undefined : idAt(to + slack)),
  ].flat();
}

/** What the task log shows of an entry, too. */
const openTexts = ['id', 'actor', 'action', 'resource', 'name', 'cast("changed" as text)'];

const texts = [
  ...['id', 'actor', 'actor_id', 'action', 'kind', 'resource', 'name', 'request_id', 'address', 'caused_by'],
  ...['before', 'after', 'changed', 'details'].map((name) => `cast("${name}" as text)`),
];

/** Conditions on what the walk comes by. */
function unindexed({ actor, actions, resource, search, openOnly, from, to }: Where): readonly Sql[] {
  return [
    by(actor),
    oneOf('action', actions),
    compared('resource', '=', resource),
    compared('time', '>=', from),
    compared('time', '<', to),
    search === undefined ? [] : { sql: like(openOnly ? openTexts : texts), values: [patternOf(search)] },
  ].flat();
}

/** `user/alice`, or all of a kind: `user`. */
function by(actor: string | undefined): Sql | readonly Sql[] {
  if (actor === undefined || actor.includes('/')) return compared('actor', '=', actor);
  const prefix = `${actor}/`;
  return { sql: '(actor = ? or substr(actor, 1, ?) = ?)', values: [actor, prefix.length, prefix] };
}
