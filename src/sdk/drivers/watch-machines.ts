import { filter, from, map, mergeMap, pairwise, startWith, takeUntil, type Observable } from 'rxjs';
import { CausesOfEvents } from './causes-of-events.ts';
import { drivenObjects, type Outcome } from './driven-objects.ts';
import type { MachinesContext, MachinesPlugin } from './machines-plugin.ts';
import { powerDriver, type MachineReport, type PowerAction, type PowerDriver } from './power-driver.ts';
import { WatchedDriver } from './watched-driver.ts';

const eventsOf: Readonly<Record<PowerAction, MachineReport['event']>> = {
  power_on: 'power_on',
  power_off: 'power_off',
  kill: 'power_off',
  reset: 'reset',
};

/**
 * For the `start` of a plugin whose objects have power: what drivers find becomes objects, and what they see happen becomes
 * events, as long as it is subscribed to. For machines whose driver does not see what happens to them, what an action has
 * done is an event.
 */
export function watchMachines(plugin: MachinesPlugin): Observable<unknown> {
  const causes = new CausesOfEvents();
  plugin.provide(drivenObjects, plugin.type, {
    acting: ({ key, cause, forMs }) => {
      causes.note(key, cause, forMs);
    },
    ended: (outcome) => {
      causes.fade(outcome.key);
      return tell(plugin, outcome);
    },
  });
  const context: MachinesContext = { ...plugin, causeOf: (key) => causes.of(key) };
  const offers = plugin.extensionChanges(powerDriver);
  return offers.pipe(
    startWith(new Map<string, PowerDriver>()),
    pairwise(),
    mergeMap(([before, now]) => from([...now].filter(([name, driver]) => before.get(name) !== driver))),
    mergeMap(([name, driver]) => {
      const gone = offers.pipe(filter((current) => current.get(name) !== driver));
      return new WatchedDriver(name, driver, context).run().pipe(takeUntil(gone));
    }),
    map(() => undefined),
  );
}

async function tell(plugin: MachinesPlugin, { key, action, state, acted, watched }: Outcome): Promise<void> {
  if (state === 'unknown') return;
  const event = eventsOf[action as PowerAction];
  if (acted && !watched) await plugin.emit(event, { object: key, data: { by: 'signalbox' } });
  else await plugin.discovered([{ key, state: { power: state } }]);
}
