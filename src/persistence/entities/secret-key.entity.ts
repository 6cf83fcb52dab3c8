import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { KeyUse } from '../../kernel/ports.ts';
import { epoch } from './columns.ts';

export const SecretKeyEntity = defineEntity({
  name: 'SecretKey',
  properties: {
    id: p.text().primary(),
    since: epoch(),
    clean: p.boolean(),
  },
});

export function toKeyUse({ id, since, clean }: InferEntity<typeof SecretKeyEntity>): KeyUse {
  return { id, since, clean };
}
