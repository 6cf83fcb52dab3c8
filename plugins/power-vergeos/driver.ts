import {
  PermanentError,
  type DiscoveredMachine,
  type DriverTarget,
  type JsonValue,
  type PluginContext,
  type PowerAction,
  type PowerDriver,
} from 'signalbox/sdk';
import { act, type Access } from './api.ts';
import type { vergeos } from './connection.ts';
import {
  findMachine,
  isKey,
  kindNames,
  kindOf,
  listMachines,
  missingOf,
  stateOf,
  type Machine,
} from './machine.ts';

type Context = PluginContext<unknown, readonly [typeof vergeos]>;

/** Switches VMs and tenants of the VergeOS systems that there are objects of. */
export function createDriver({ object, objects, http, logger }: Context): PowerDriver {
  const accessTo = (target: DriverTarget, signal: AbortSignal | undefined): Access => {
    const connection = object('vergeos', target.connection);
    if (connection) return { http, settings: connection.settings, signal };
    throw new PermanentError(`there is no vergeos/${target.connection}, or it is switched off`);
  };

  const discoverAt = async (
    connection: string,
    { type, access }: { type: string; access: Access },
  ): Promise<DiscoveredMachine[]> => {
    try {
      const machines = await listMachines(access, type);
      return machines.map((machine) => discovered(machine, { type, connection }));
    } catch (err) {
      logger.warn({ err, connection: `vergeos/${connection}` }, `${type}s cannot be listed`);
      return [];
    }
  };

  return {
    power: (action, target, signal) => power(action, target, accessTo(target, signal)),
    state: async (target, signal) => stateOf(await findMachine(accessTo(target, signal), target)),
    async discover(signal) {
      const found = objects('vergeos').flatMap(({ key, settings }) =>
        kindNames.map((type) => discoverAt(key, { type, access: { http, settings, signal } })),
      );
      return (await Promise.all(found)).flat();
    },
  };
}

async function power(action: PowerAction, target: DriverTarget, access: Access): Promise<JsonValue> {
  const kind = kindOf(target.type);
  const word = kind.words[action];
  if (word === undefined) throw new PermanentError(`VergeOS cannot ${action} a ${kind.noun}`);
  const key = isKey(target.id) ? Number(target.id) : (await findMachine(access, target)).$key;
  const { status, conflict } = await act(access, {
    path: kind.actions,
    body: kind.body(key, word),
    missing: missingOf(target),
  });
  if (conflict === undefined) return { key, action: word, status };
  // A machine that is off cannot be reset; in all other cases it is already as it should be.
  if (action === 'reset') throw new PermanentError(conflict);
  return { key, action: word, status, note: conflict };
}

function discovered(
  machine: Machine,
  place: Pick<DiscoveredMachine, 'type' | 'connection'>,
): DiscoveredMachine {
  return { ...place, id: String(machine.$key), name: machine.name, state: stateOf(machine) };
}
