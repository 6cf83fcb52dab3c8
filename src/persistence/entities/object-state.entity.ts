import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { ObjectState } from '../../domain/records.ts';
import type { JsonObject } from '../../sdk/index.ts';
import { epoch, json } from './columns.ts';

export const ObjectStateEntity = defineEntity({
  name: 'ObjectState',
  properties: {
    type: p.text().primary(),
    key: p.text().primary(),
    state: json<JsonObject>(),
    at: epoch(),
  },
});

export function toObjectState({ type, key, state, at }: InferEntity<typeof ObjectStateEntity>): ObjectState {
  return { type, key, state, at };
}
