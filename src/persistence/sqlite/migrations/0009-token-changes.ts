import { Migration } from '@mikro-orm/migrations';

export class TokenChanges extends Migration {
  override up(): void {
    this.addSql(`alter table "token" add column "updated_at" bigint null`);
  }
}
