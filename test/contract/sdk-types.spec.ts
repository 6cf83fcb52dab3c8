import { expect, it } from '@jest/globals';
import { defineObjectType, definePlugin, z, type AnyPlugin, type AnyObjectType } from 'signalbox/sdk';

const lamp = defineObjectType({
  name: 'lamp',
  label: 'Lamp',
  settings: z.object({ watts: z.number() }),
  events: { lit: z.object({ lux: z.number() }), broke: z.looseObject({}) },
  actions: {
    light: {
      label: 'Light',
      input: z.object({ level: z.number().default(1) }),
      idempotent: true,
      policy: (settings) => ({ concurrency: settings.watts }),
      async run({ object, input }) {
        const power: number = object.settings.watts * input.level;
        // @ts-expect-error the input has no such field
        void input.colour;
        // @ts-expect-error the settings have no such field
        void object.settings.volts;
        return Promise.resolve(power);
      },
    },
    smash: {
      label: 'Smash',
      input: z.object({ force: z.string() }),
      idempotent: false,
      run: async ({ input }) => Promise.resolve(input.force),
    },
  },
});

const plugin = definePlugin({
  name: 'lamp',
  api: '^1.0.0',
  types: [lamp],
  settings: z.object({ port: z.number() }),
  start: ({ emit, settings, objects }) => {
    const port: number = settings.port;
    void port;
    void emit('lamp.lit', { object: 'a', data: { lux: 1 } });
    void emit('lamp.broke', { data: { any: 'thing' } });
    // @ts-expect-error no such event
    void emit('lamp.lost', { data: {} });
    // @ts-expect-error lux is a number
    void emit('lamp.lit', { data: { lux: 'bright' } });
    // @ts-expect-error the plugin has no such type
    void objects('vm');
  },
});

it('lets any typed plugin stand where the kernel needs an untyped one', () => {
  const anyPlugin: AnyPlugin = plugin;
  const anyType: AnyObjectType = lamp;
  expect(anyPlugin.types).toEqual([anyType]);
});
