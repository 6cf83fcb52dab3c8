import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { TargetHealthRecord } from '../../domain/records.ts';
import { epoch } from './columns.ts';

export const TargetHealthEntity = defineEntity({
  name: 'TargetHealth',
  properties: {
    target: p.text().primary(),
    since: epoch(),
    failures: p.integer(),
    error: p.text(),
  },
});

export function toTargetHealth(row: InferEntity<typeof TargetHealthEntity>): TargetHealthRecord {
  const { target, since, failures, error } = row;
  return { target, since, failures, error };
}
