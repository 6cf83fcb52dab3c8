import { expect, it } from '@jest/globals';
import { defineObjectType, definePlugin, z, type AnyPlugin, type AnyObjectType } from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';

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
  async test({ object, http, signal }) {
    const url = `http://127.0.0.1:${String(object.settings.watts)}/`;
    // @ts-expect-error the settings have no such field
    void object.settings.volts;
    return (await http.request({ method: 'GET', url, signal })).status;
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
    const watts: number | undefined = objects('lamp')[0]?.settings.watts;
    void watts;
    // @ts-expect-error the settings have no such field
    void objects('lamp')[0]?.settings.volts;
  },
});

const fan = defineObjectType({
  name: 'fan',
  label: 'Fan',
  events: { stopped: z.object({ rpm: z.number() }) },
});

/** Never called: what matters is what compiles. */
async function useTestKit(): Promise<void> {
  const settings = { port: 1 };
  await using started = await startPlugin(plugin, { settings });
  const port: number = started.settings.port;
  void port;
  const lux: number = (await started.nextEvent('lamp.lit')).data.lux;
  void lux;
  // @ts-expect-error no such event
  await started.nextEvent('lamp.lost');
  // @ts-expect-error the data has no such field
  void (await started.nextEvent('lamp.lit')).data.colour;

  await started.runAction('lamp.light', { object: { settings: { watts: 5 } }, input: {} });
  // @ts-expect-error the settings of a lamp have no default
  await started.runAction('lamp.light', { object: {}, input: {} });
  // @ts-expect-error level is a number
  await started.runAction('lamp.light', { object: { settings: { watts: 5 } }, input: { level: 'high' } });
  // @ts-expect-error no such action
  await started.runAction('lamp.lift', { object: { settings: { watts: 5 } }, input: {} });

  const { result } = await started.runTest('lamp', { object: { settings: { watts: 5 } } });
  void result;
  // @ts-expect-error the settings of a lamp have no default
  await started.runTest('lamp', { object: {} });
  // @ts-expect-error the plugin has no such type
  await started.runTest('fan', { object: {} });

  started.addObject({ type: 'lamp', key: 'a', settings: { watts: 5 } });
  // @ts-expect-error the settings of a lamp have no default
  started.addObject({ type: 'lamp', key: 'a' });
  // @ts-expect-error the plugin has no such type
  started.addObject({ type: 'fan', key: 'a' });

  // @ts-expect-error the plugin's settings have no default
  await startPlugin(plugin);
  // @ts-expect-error port is a number
  await startPlugin(plugin, { settings: { port: 'eighty' } });

  const house = definePlugin({ name: 'house', api: '^1.0.0', types: [lamp, fan] });
  await using both = await startPlugin(house, { objects: [{ type: 'fan', key: 'a' }] });
  const rpm: number = (await both.nextEvent('fan.stopped')).data.rpm;
  void rpm;
  // @ts-expect-error the data belongs to another event
  void (await both.nextEvent('fan.stopped')).data.lux;
}

void useTestKit;

it('lets any typed plugin stand where the kernel needs an untyped one', () => {
  const anyPlugin: AnyPlugin = plugin;
  const anyType: AnyObjectType = lamp;
  expect(anyPlugin.types).toEqual([anyType]);
});
