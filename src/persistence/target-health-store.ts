import type { TargetHealthRecord } from '../domain/records.ts';
import type { TargetHealthPort } from '../kernel/ports.ts';
import type { Database } from './database.ts';
import { TargetHealthEntity, toTargetHealth } from './entities/target-health.entity.ts';

export class TargetHealthStore implements TargetHealthPort {
  constructor(private readonly database: Database) {}

  all(): Promise<readonly TargetHealthRecord[]> {
    return this.database.read(async (em) => (await em.findAll(TargetHealthEntity)).map(toTargetHealth));
  }

  put(record: TargetHealthRecord): Promise<void> {
    return this.database.write(async (em) => {
      await em.upsert(TargetHealthEntity, record);
    });
  }

  remove(target: string): Promise<void> {
    return this.database.write(async (em) => {
      await em.nativeDelete(TargetHealthEntity, { target });
    });
  }
}
