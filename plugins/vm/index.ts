import {
  defineObjectType,
  definePlugin,
  powerActions,
  powerSettings,
  readPower,
  watchMachines,
  z,
} from 'signalbox/sdk';

/** Whatever the reporting system knows of the change. */
const details = z.looseObject({
  name: z.string().optional().describe('What the VM is called, for one that is not known yet.'),
});

export const vm = defineObjectType({
  name: 'vm',
  label: 'Virtual machine',
  collection: 'vms',
  description:
    'A virtual machine on any hypervisor. Events come in over the API or from a plugin that watches one.',
  instances: 'required',
  register: true,
  ends: ['deleted'],
  settings: z.looseObject({
    host: z.string().optional().describe('Hypervisor or cluster on which it runs.'),
    description: z.string().optional(),
    power: powerSettings.optional().describe('How it is switched on and off.'),
  }),
  events: {
    power_on: details,
    power_off: details,
    reset: details,
    created: details,
    deleted: details,
    status_change: details.extend({
      from: z.string().optional().describe('Status before.'),
      to: z.string().optional().describe('Status now.'),
    }),
    error: details.extend({
      message: z.string().optional().describe('What went wrong.'),
    }),
  },
  state: {
    power_on: { power: 'on' },
    power_off: { power: 'off' },
    reset: { power: 'on' },
    created: { deleted: false },
    deleted: { power: 'off', deleted: true },
    status_change: ({ to }) => (to === undefined ? undefined : { status: to }),
  },
  actions: powerActions,
  test: readPower,
});

export default definePlugin({
  name: 'vm',
  api: '^1.0.0',
  description: 'Virtual machines: their power, life cycle and errors.',
  settings: z.object({
    discoverEverySeconds: z
      .number()
      .min(5)
      .max(86_400)
      .default(300)
      .describe('How often drivers are asked which VMs there are.'),
  }),
  types: [vm],
  start: ({ settings, emit, objects, discovered, ...context }) =>
    watchMachines({
      ...context,
      type: 'vm',
      emit: (event, emission) => emit(`vm.${event}`, emission),
      objects: () => objects('vm', { disabled: true }),
      discovered: (found) => discovered('vm', found),
      discoverEveryMs: settings.discoverEverySeconds * 1_000,
    }),
});
