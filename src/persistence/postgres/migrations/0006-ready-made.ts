import { Migration } from '@mikro-orm/migrations';

export class ReadyMadeObjects extends Migration {
  override up(): void {
    this.addSql(`create table "ready_made" (
      "type" text not null,
      "key" text not null,
      primary key ("type", "key")
    )`);
    this.addSql(`alter table "object" add column "changed_at" bigint not null default '0'`);
    this.addSql(`update "object" set "changed_at" = "updated_at"`);
  }
}
