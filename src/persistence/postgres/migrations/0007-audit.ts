import { Migration } from '@mikro-orm/migrations';

export class AuditLog extends Migration {
  override up(): void {
    this.addSql(`create table "audit" (
      "id" text not null,
      "time" bigint not null,
      "actor" text not null,
      "actor_id" text null,
      "session" text null,
      "action" text not null,
      "kind" text not null,
      "resource" text null,
      "name" text null,
      "before" json null,
      "after" json null,
      "changed" json null,
      "details" json null,
      "request_id" text null,
      "address" text null,
      "caused_by" text null,
      "depth" int null,
      primary key ("id")
    )`);
    this.addSql(`create index "audit_resource" on "audit" ("kind", "resource", "id")`);
    this.addSql(`create function "audit_is_append_only"() returns trigger language plpgsql as $$
      begin raise exception 'the audit log is append-only'; end $$`);
    this.addSql(`create trigger "audit_keeps_rows" before update or delete on "audit"
      for each row execute function "audit_is_append_only"()`);
    this.addSql(`create trigger "audit_keeps_all" before truncate on "audit"
      for each statement execute function "audit_is_append_only"()`);
    this.addSql(`create table "mark" ("name" text not null, "value" text not null, primary key ("name"))`);
  }
}
