import { defineObjectType, definePlugin, z } from 'signalbox/sdk';

/** Whatever the reporting system knows of the change. */
const details = z.looseObject({});

export const vm = defineObjectType({
  name: 'vm',
  label: 'Virtual machine',
  description:
    'A virtual machine on any hypervisor. Events come in over the API or from a plugin that watches one.',
  instances: 'required',
  settings: z.looseObject({
    host: z.string().optional().describe('Hypervisor or cluster on which it runs.'),
    description: z.string().optional(),
  }),
  events: {
    power_on: details,
    power_off: details,
    reset: details,
    created: details,
    deleted: details,
    status_change: z.looseObject({
      from: z.string().optional().describe('Status before.'),
      to: z.string().optional().describe('Status now.'),
    }),
    error: z.looseObject({
      message: z.string().optional().describe('What went wrong.'),
    }),
  },
});

export default definePlugin({
  name: 'vm',
  api: '^1.0.0',
  description: 'Virtual machines: their power, life cycle and errors.',
  types: [vm],
});
