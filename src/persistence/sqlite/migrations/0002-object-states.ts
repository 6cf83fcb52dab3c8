import { Migration } from '@mikro-orm/migrations';

export class ObjectStates extends Migration {
  override up(): void {
    this.addSql(`create table "object_state" (
      "type" text not null,
      "key" text not null,
      "state" text not null,
      "at" bigint not null,
      primary key ("type", "key")
    )`);
    this.addSql(`create table "outbox" (
      "id" text not null primary key,
      "event" text not null,
      "object" text not null
    )`);
  }
}
