import { defineObjectType, definePlugin, z } from 'signalbox/sdk';

const direction = z.enum(['outgoing', 'incoming']);

/** Whatever the reporting system knows of it. */
const details = z.looseObject({
  name: z.string().optional().describe('What the sync is called, for one that is not known yet.'),
  direction: direction.optional().describe('Seen from the system that tells of it.'),
});

export const sync = defineObjectType({
  name: 'sync',
  label: 'Sync',
  collection: 'syncs',
  description: 'A job that copies data to another site (outgoing) or receives it from one (incoming).',
  instances: 'required',
  register: true,
  settings: z.looseObject({
    direction: direction.default('outgoing').describe('outgoing: it sends. incoming: it receives.'),
    description: z.string().optional(),
  }),
  events: {
    started: details,
    completed: details.extend({
      durationMs: z.number().nonnegative().optional().describe('Milliseconds that it took.'),
      bytes: z.number().nonnegative().optional().describe('Bytes that were copied.'),
    }),
    error: details.extend({ message: z.string().optional().describe('What went wrong.') }),
  },
  state: {
    started: { status: 'running' },
    completed: { status: 'completed' },
    error: ({ message }) => ({ status: 'error', message: message ?? null }),
  },
});

export default definePlugin({
  name: 'sync',
  api: '^1.0.0',
  description: 'Outgoing and incoming syncs: that they have started, completed or failed.',
  types: [sync],
});
