import type { TestContext } from '../object-type.ts';
import type { JsonObject } from '../json.ts';
import { drivenAction, readDriven, type DrivenKind } from './driven-actions.ts';
import { drivenBy, type DrivenBy } from './driven-settings.ts';
import { powerDriver, type PowerAction } from './power-driver.ts';

/** Settings of types whose objects have power: `z.object({ power: powerSettings.optional() })`. */
export const powerSettings = drivenBy({ example: 'libvirt/host-1', gap: 60 });

/** An object whose power can be switched if its settings say how. */
export interface HasPower {
  readonly power?: DrivenBy | undefined;
}

const machines: DrivenKind<HasPower, PowerAction> = {
  field: 'power',
  driven: ({ power }) => power,
  driver: (extensions, name) => {
    const driver = extensions(powerDriver).get(name);
    return (
      driver && {
        act: (action, target, signal) => driver.power(action, target, signal),
        state: (target, signal) => driver.state(target, signal),
        watches: driver.watch !== undefined,
      }
    );
  },
  lastState: ({ power }) => (typeof power === 'string' ? power : undefined),
};

/** The actions of types whose objects have power. */
export const powerActions = {
  power_on: drivenAction(machines, {
    action: 'power_on',
    label: 'Power on',
    description: 'Switches it on, if it is not on already.',
    wanted: 'on',
    seconds: 60,
  }),
  power_off: drivenAction(machines, {
    action: 'power_off',
    label: 'Power off',
    description: 'Asks it to shut down, and waits until it has.',
    wanted: 'off',
    seconds: 300,
  }),
  kill: drivenAction(machines, {
    action: 'kill',
    label: 'Kill',
    description: 'Takes the power away, as if the plug were pulled.',
    wanted: 'off',
    seconds: 60,
  }),
  reset: drivenAction(machines, {
    action: 'reset',
    label: 'Reset',
    description: 'Resets it, as by its button, if it is on.',
    wanted: 'on',
    repeats: true,
    seconds: 60,
  }),
};

/** The `test` of types whose objects have power: reads its state. */
export function readPower(context: TestContext<HasPower>): Promise<JsonObject> {
  return readDriven(machines, context);
}
