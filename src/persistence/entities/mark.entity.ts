import { defineEntity, p } from '@mikro-orm/core';

/** How far somebody has come, by name. */
export const MarkEntity = defineEntity({
  name: 'Mark',
  properties: {
    name: p.text().primary(),
    value: p.text(),
  },
});
