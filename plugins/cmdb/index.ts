import { defineObjectType, definePlugin, z } from 'signalbox/sdk';
import { eventOfChange } from './event-of-change.ts';
import { created, deleted, updated } from './events.ts';

export const cmdb = defineObjectType({
  name: 'cmdb',
  label: 'CMDB object',
  description: 'An object of a configuration management database, with any fields.',
  instances: 'required',
  // Whatever fields it has.
  settings: z.looseObject({}),
  events: { created, updated, deleted },
  register: true,
  ends: ['deleted'],
  changed: eventOfChange,
});

export default definePlugin({
  name: 'cmdb',
  api: '^1.0.0',
  description: 'CMDB objects: created, updated, deleted, with both sides and what changed.',
  types: [cmdb],
});
