import {
  defineObjectType,
  definePlugin,
  powerActions,
  powerSettings,
  readPower,
  watchMachines,
  z,
} from 'signalbox/sdk';

/** Whatever the reporting system knows of it. */
const details = z.looseObject({
  name: z.string().optional().describe('What the tenant is called, for one that is not known yet.'),
});

export const tenant = defineObjectType({
  name: 'tenant',
  label: 'Tenant',
  collection: 'tenants',
  description: 'A tenant: a data centre of its own within another one.',
  instances: 'required',
  register: true,
  ends: ['deleted'],
  settings: z.looseObject({
    account: z.string().optional().describe('Number of the customer, for accounting systems.'),
    description: z.string().optional(),
    power: powerSettings.optional().describe('How it is switched on and off.'),
  }),
  events: {
    power_on: details,
    power_off: details,
    created: details,
    deleted: details,
  },
  state: {
    power_on: { power: 'on' },
    power_off: { power: 'off' },
    created: { deleted: false },
    deleted: { power: 'off', deleted: true },
  },
  actions: powerActions,
  test: readPower,
});

/** Tenants have fewer events than machines in general. */
function isEvent(event: string): event is keyof NonNullable<typeof tenant.events> {
  return Object.hasOwn(tenant.events ?? {}, event);
}

export default definePlugin({
  name: 'tenant',
  api: '^1.0.0',
  description: 'Tenants: their power and life cycle.',
  settings: z.object({
    discoverEverySeconds: z
      .number()
      .min(5)
      .max(86_400)
      .default(300)
      .describe('How often drivers are asked which tenants there are.'),
  }),
  types: [tenant],
  start: ({ settings, emit, objects, discovered, ...context }) =>
    watchMachines({
      ...context,
      type: 'tenant',
      emit: async (event, emission) => (isEvent(event) ? emit(`tenant.${event}`, emission) : undefined),
      objects: () => objects('tenant', { disabled: true }),
      discovered: (found) => discovered('tenant', found),
      discoverEveryMs: settings.discoverEverySeconds * 1_000,
    }),
});
