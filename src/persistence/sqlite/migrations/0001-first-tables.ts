import { Migration } from '@mikro-orm/migrations';

export class FirstTables extends Migration {
  override up(): void {
    this.addSql(`create table "attempt" (
      "run_id" text not null,
      "number" integer not null,
      "started_at" bigint not null,
      "duration_ms" bigint not null,
      "outcome" text not null,
      "error" text null,
      "sent" text null,
      "received" text null,
      "result" text null,
      primary key ("run_id", "number")
    )`);
    this.addSql(`create table "event" (
      "id" text not null primary key,
      "source" text not null,
      "source_id" text null,
      "type" text not null,
      "object" text null,
      "time" bigint not null,
      "received_at" bigint not null,
      "data" text not null,
      "caused_by" text null,
      "depth" integer not null
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
      "enabled" integer not null,
      "tags" text not null,
      "settings" text not null,
      "managed_by" text not null,
      "created_at" bigint not null,
      "updated_at" bigint not null,
      primary key ("type", "key")
    )`);
    this.addSql(`create table "run" (
      "id" text not null primary key,
      "event_id" text not null,
      "task_id" text not null,
      "task_name" text not null,
      "trigger_id" text null,
      "action" text not null,
      "target" text not null,
      "input" text not null,
      "state" text not null,
      "reason" text null,
      "attempts" integer not null,
      "due_at" bigint not null,
      "created_at" bigint not null,
      "started_at" bigint null,
      "finished_at" bigint null
    )`);
    this.addSql(`create index "run_event" on "run" ("event_id")`);
    this.addSql(`create index "run_task" on "run" ("task_id", "id")`);
    this.addSql(`create index "run_target" on "run" ("target", "id")`);
    this.addSql(`create index "run_pending" on "run" ("target", "due_at", "id") where state = 'pending'`);
    this.addSql(`create index "run_due" on "run" ("due_at", "target") where state = 'pending'`);
    this.addSql(`create index "run_state" on "run" ("state", "id") where state <> 'succeeded'`);
    this.addSql(`create table "tag" (
      "name" text not null primary key,
      "description" text null,
      "managed_by" text not null,
      "created_at" bigint not null,
      "updated_at" bigint not null
    )`);
    this.addSql(`create table "task" (
      "id" text not null primary key,
      "name" text not null,
      "description" text null,
      "enabled" integer not null,
      "delete_after_running" integer not null,
      "action" text not null,
      "target_object" text null,
      "target_tag" text null,
      "settings" text not null,
      "spent" integer not null,
      "managed_by" text not null,
      "created_at" bigint not null,
      "updated_at" bigint not null
    )`);
    this.addSql(`create table "token" (
      "id" text not null primary key,
      "name" text not null,
      "hash" text not null,
      "scopes" text not null,
      "created_at" bigint not null
    )`);
    this.addSql(`create table "trigger" (
      "id" text not null primary key,
      "enabled" integer not null,
      "event" text not null,
      "object" text null,
      "tag" text null,
      "filter" text null,
      "task" text not null,
      "managed_by" text not null,
      "created_at" bigint not null,
      "updated_at" bigint not null
    )`);
  }
}
