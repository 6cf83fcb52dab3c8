import { defineEntity, p } from '@mikro-orm/core';

/** Objects that their types have brought along, there or removed: they are not made again. */
export const ReadyMadeEntity = defineEntity({
  name: 'ReadyMade',
  properties: {
    type: p.text().primary(),
    key: p.text().primary(),
  },
});
