import { describe, expect, it } from '@jest/globals';
import { defineObjectType, definePlugin, z, type AnyPlugin } from 'signalbox/sdk';
import { PluginRegistry, type PluginStatus } from './plugin-registry.ts';

const lamp = defineObjectType({
  name: 'lamp',
  label: 'Lamp',
  events: { lit: z.object({ lux: z.number() }) },
  actions: {
    light: { label: 'Light', input: z.object({}), idempotent: true, run: async () => Promise.resolve() },
  },
});
const lamps = definePlugin({ name: 'lamps', api: '^1.0.0', types: [lamp] });

function registryOf(...plugins: AnyPlugin[]): PluginRegistry {
  const registry = new PluginRegistry();
  for (const plugin of plugins) registry.register(plugin);
  return registry;
}

describe('what plugins declare', () => {
  it('is found by its full name', () => {
    const registry = registryOf(lamps);
    expect(registry.type('lamp')).toBe(lamp);
    expect(registry.types()).toEqual([{ plugin: 'lamps', type: lamp }]);
    expect(registry.event('lamp.lit')).toEqual({ type: lamp, schema: lamp.events?.lit });
    expect(registry.action('lamp.light')).toEqual({ type: lamp, action: lamp.actions?.light });
  });

  it.each(['lamp', 'lamp.light', 'lamp.constructor', 'constructor', ''])(
    'has no event that nobody declared: "%s"',
    (name) => {
      expect(registryOf(lamps).event(name)).toBeUndefined();
    },
  );
});

it('says what may have been meant by a name that nobody declared', () => {
  const registry = registryOf(lamps);
  expect(registry.undeclared('event', 'lamp.lid')).toBe(
    'no plugin declares the event "lamp.lid" (did you mean "lamp.lit"?)',
  );
  expect(registry.undeclared('action', 'lamp.lihgt')).toContain('(did you mean "lamp.light"?)');
  expect(registry.undeclared('object type', 'tree')).toBe('no plugin declares the object type "tree"');
});

describe('a plugin is refused', () => {
  const problemOf = (change: object): unknown => {
    try {
      registryOf({ ...lamps, ...change });
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it.each<[string, object, string]>([
    [
      'whose name breaks the rules',
      { name: 'My Lamps' },
      'name: must begin with a letter and hold only a to z',
    ],
    ['with a type without label', { types: [{ ...lamp, label: '' }] }, 'types[0].label: must not be empty'],
    [
      'with a type whose test is no function',
      { types: [{ ...lamp, test: 'yes' }] },
      'types[0].test: must be a function',
    ],
    [
      'with a type whose name has a dot',
      { types: [{ ...lamp, name: 'a.b' }] },
      'types[0].name: must begin with',
    ],
    [
      'with an event whose name breaks the rules',
      { types: [{ ...lamp, events: { 'Lit!': z.object({}) } }] },
      'types[0].events["Lit!"]: must begin with a letter',
    ],
    [
      'with an event whose data has no schema',
      { types: [{ ...lamp, events: { lit: { lux: 'number' } } }] },
      'types[0].events.lit: must be a schema made with `z`',
    ],
    [
      'with an action that cannot be run',
      { types: [{ ...lamp, actions: { light: { label: 'Light', input: z.object({}), idempotent: true } } }] },
      'types[0].actions.light.run: must be a function',
    ],
    [
      'that is written for a later plugin contract',
      { api: '^2.0.0' },
      'api: "^2.0.0" does not include 1.0.0, the plugin contract of this Signalbox',
    ],
    ['whose range is none', { api: 'latest' }, 'api: must be a semver range, such as "^1.0.0", got "latest"'],
    [
      'that declares one type twice',
      { types: [lamp, lamp] },
      'object type "lamp" is declared twice: by plugin "lamps" and by plugin "lamps"',
    ],
  ])('%s', (_, change, problem) => {
    expect(problemOf(change)).toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringContaining(problem),
    });
  });

  it('when its name is taken, and both are named', () => {
    const registry = new PluginRegistry();
    registry.register(lamps, './lamps.ts');
    expect(() => {
      registry.register({ ...lamps, types: [] }, '@acme/lamps');
    }).toThrow('two plugins are called "lamps": ./lamps.ts and @acme/lamps');
  });

  it('when another plugin declares one of its types, and leaves nothing of itself behind', () => {
    const registry = registryOf(lamps);
    const fan = { ...lamp, name: 'fan' };
    expect(() => {
      registry.register({ ...lamps, name: 'house', types: [fan, lamp] });
    }).toThrow('object type "lamp" is declared twice: by plugin "lamps" and by plugin "house"');
    expect(registry.type('fan')).toBeUndefined();
    expect(registry.plugin('house')).toBeUndefined();
  });
});

describe('status', () => {
  const watcher: AnyPlugin = { ...lamps, start: () => undefined };

  it('of a plugin without start is up at once', () => {
    const registry = registryOf(lamps);
    expect(registry.plugins()).toMatchObject([{ name: 'lamps', state: 'up', types: ['lamp'], restarts: 0 }]);
    expect(registry.available('lamp')).toBe(true);
    expect(registry.available('fan')).toBe(false);
  });

  it('of a plugin with start is what its supervisor reports, and each change is told', () => {
    const registry = registryOf(watcher);
    const changes: PluginStatus[] = [];
    registry.changes.subscribe((status) => changes.push(status));
    expect(registry.available('lamp')).toBe(false);

    registry.report('lamps', { state: 'up', restarts: 0 });
    expect(registry.available('lamp')).toBe(true);
    registry.report('lamps', { state: 'down', reason: 'no power', restarts: 0 });
    expect(registry.available('lamp')).toBe(false);
    registry.report('lamps', { state: 'up', restarts: 1 });
    expect(registry.plugin('lamps')).not.toHaveProperty('reason');

    expect(changes).toMatchObject([
      { state: 'up' },
      { state: 'down', reason: 'no power' },
      { state: 'up', restarts: 1 },
    ]);
  });
});

describe('health', () => {
  it('is what the plugin says', async () => {
    const registry = registryOf({ ...lamps, health: () => ({ up: false, reason: 'dim' }) });
    expect(await registry.health('lamps')).toEqual({ up: false, reason: 'dim' });
  });

  it('is bad when asking for it fails', async () => {
    const health = (): never => {
      throw new Error('no idea');
    };
    expect(await registryOf({ ...lamps, health }).health('lamps')).toEqual({ up: false, reason: 'no idea' });
  });

  it('is unknown when the plugin says nothing', async () => {
    expect(await registryOf(lamps).health('lamps')).toBeUndefined();
  });
});
