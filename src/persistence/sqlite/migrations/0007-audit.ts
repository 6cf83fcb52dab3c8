import { Migration } from '@mikro-orm/migrations';

export class AuditLog extends Migration {
  override up(): void {
    this.addSql(`create table "audit" (
      "id" text not null primary key,
      "time" bigint not null,
      "actor" text not null,
      "actor_id" text null,
      "session" text null,
      "action" text not null,
      "kind" text not null,
      "resource" text null,
      "name" text null,
      "before" text null,
      "after" text null,
      "changed" text null,
      "details" text null,
      "request_id" text null,
      "address" text null,
      "caused_by" text null,
      "depth" integer null
    )`);
    this.addSql(`create index "audit_resource" on "audit" ("kind", "resource", "id")`);
    // `insert or replace` removes the old row without asking a trigger on deletion.
    for (const [name, when] of [
      ['audit_keeps_values', 'update on "audit"'],
      ['audit_keeps_rows', 'delete on "audit"'],
      [
        'audit_keeps_ids',
        'insert on "audit" when exists (select 1 from "audit" where "id" = new."id" or rowid = new.rowid)',
      ],
    ] as const) {
      this.addSql(
        `create trigger "${name}" before ${when} begin select raise(abort, 'the audit log is append-only'); end`,
      );
    }
    this.addSql(`create table "mark" ("name" text not null primary key, "value" text not null)`);
  }
}
