import { Migration } from '@mikro-orm/migrations';

/** The keys that something in the database may be sealed with. None: it was never sealed. */
export class Secrets extends Migration {
  override up(): void {
    this.addSql(`create table "secret_key" (
      "id" text not null primary key,
      "since" bigint not null,
      "clean" integer not null
    )`);
  }
}
