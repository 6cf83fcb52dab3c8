import { defineObjectType, definePlugin, secret, z, type AnyPlugin } from '../../src/sdk/index.ts';

const lamp = defineObjectType({
  name: 'lamp',
  label: 'Lamp',
  description: 'Something that shines.',
  instances: 'required',
  settings: z.object({
    watts: z.number().int().positive().default(10),
    place: z.object({ room: z.string(), floor: z.number().optional() }).optional(),
    pin: secret().optional(),
  }),
  events: {
    lit: z.object({ level: z.enum(['low', 'high']).optional(), by: z.string().optional() }),
    broken: z.json(),
  },
  actions: {
    light: {
      label: 'Light',
      description: 'Makes it shine.',
      input: z.object({ level: z.string(), note: z.string().optional() }),
      idempotent: true,
      run: () => Promise.resolve(),
    },
  },
});

const house = defineObjectType({
  name: 'house',
  label: 'House',
  instances: 'none',
  events: { quiet: z.object({}) },
});

/** Object types for specs of the API. */
export const lampPlugin: AnyPlugin = definePlugin({ name: 'lamp', api: '^1.0.0', types: [lamp] });
export const housePlugin: AnyPlugin = definePlugin({
  name: 'house',
  api: '^1.0.0',
  types: [house],
  health: () => ({ up: false, reason: 'draughty' }),
});
