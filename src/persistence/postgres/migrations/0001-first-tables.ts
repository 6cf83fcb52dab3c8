import { Migration } from '@mikro-orm/migrations';

export class FirstTables extends Migration {
  override up(): void {
    this.addSql(`create table "attempt" (
      "run_id" text not null,
      "number" int not null,
      "started_at" bigint not null,
      "duration_ms" bigint not null,
      "outcome" text not null,
      "error" text null,
      "sent" json null,
      "received" json null,
      "result" json null,
      primary key ("run_id", "number")
    )`);
    this.addSql(`create table "event" (
      "id" text not null,
      "source" text not null,
      "source_id" text null,
      "type" text not null,
      "object" text null,
      "time" bigint not null,
      "received_at" bigint not null,
      "data" json not null,
      "caused_by" text null,
      "depth" int not null,
      primary key ("id")
    )`);
    this.addSql(`create index "event_type" on "event" ("type", "id")`);
    this.addSql(`create index "event_object" on "event" ("object", "id") where object is not null`);
    this.addSql(`create index "event_source" on "event" ("source", "id")`);
    this.addSql(
      `create unique index "event_source_id" on "event" ("source", "source_id") where source_id is not null`,
    );
    this.addSql(`create table "object" (
      "type" text not null,
      "key" text not null,
      "name" text not null,
      "enabled" boolean not null,
      "tags" json not null,
      "settings" json not null,
      "managed_by" text not null,
      "created_at" bigint not null,
      "updated_at" bigint not null,
      primary key ("type", "key")
    )`);
    this.addSql(`create table "run" (
      "id" text not null,
      "event_id" text not null,
      "task_id" text not null,
      "task_name" text not null,
      "trigger_id" text null,
      "action" text not null,
      "target" text not null,
      "input" json not null,
      "state" text not null,
      "reason" text null,
      "attempts" int not null,
      "due_at" bigint not null,
      "created_at" bigint not null,
      "started_at" bigint null,
      "finished_at" bigint null,
      primary key ("id")
    )`);
    this.addSql(`create index "run_event" on "run" ("event_id")`);
    this.addSql(`create index "run_task" on "run" ("task_id", "id")`);
    this.addSql(`create index "run_target" on "run" ("target", "id")`);
    this.addSql(`create index "run_pending" on "run" ("target", "due_at", "id") where state = 'pending'`);
    this.addSql(`create index "run_due" on "run" ("due_at", "target") where state = 'pending'`);
    this.addSql(`create index "run_state" on "run" ("state", "id") where state <> 'succeeded'`);
    this.addSql(`create table "tag" (
      "name" text not null,
      "description" text null,
      "managed_by" text not null,
      "created_at" bigint not null,
      "updated_at" bigint not null,
      primary key ("name")
    )`);
    this.addSql(`create table "task" (
      "id" text not null,
      "name" text not null,
      "description" text null,
      "enabled" boolean not null,
      "delete_after_running" boolean not null,
      "action" text not null,
      "target_object" text null,
      "target_tag" text null,
      "settings" json not null,
      "spent" boolean not null,
      "managed_by" text not null,
      "created_at" bigint not null,
      "updated_at" bigint not null,
      primary key ("id")
    )`);
    this.addSql(`create table "token" (
      "id" text not null,
      "name" text not null,
      "hash" text not null,
      "scopes" json not null,
      "created_at" bigint not null,
      primary key ("id")
    )`);
    this.addSql(`create table "trigger" (
      "id" text not null,
      "enabled" boolean not null,
      "event" text not null,
      "object" text null,
      "tag" text null,
      "filter" json null,
      "task" text not null,
      "managed_by" text not null,
      "created_at" bigint not null,
      "updated_at" bigint not null,
      primary key ("id")
    )`);
  }
}
