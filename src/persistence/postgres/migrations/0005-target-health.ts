import { Migration } from '@mikro-orm/migrations';

export class TargetHealth extends Migration {
  override up(): void {
    this.addSql(`create table "target_health" (
      "target" text not null,
      "since" bigint not null,
      "failures" int not null,
      "error" text not null,
      primary key ("target")
    )`);
    this.addSql(`create index "run_held" on "run" ("target", "due_at", "id") where state = 'held'`);
  }
}
