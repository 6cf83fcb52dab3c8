import { Migration } from '@mikro-orm/migrations';

export class ChangedByHand extends Migration {
  override up(): void {
    for (const table of ['object', 'tag', 'task', 'trigger']) {
      this.addSql(`alter table "${table}" add column "changed_by_hand_at" bigint null`);
    }
  }
}
