import {
  PermanentError,
  type DiscoveredMachine,
  type DriverTarget,
  type PluginContext,
  type PowerDriver,
} from 'signalbox/sdk';
import type { Access } from './api.ts';
import type { proxmox } from './connection.ts';
import { currentState, findGuest, listedState, listGuests, type Guest } from './guest.ts';
import { switchGuest } from './power.ts';

type Context = PluginContext<unknown, readonly [typeof proxmox]>;

/** Switches VMs and containers of the Proxmox VE clusters that there are objects of. */
export function createDriver({ object, objects, http, logger }: Context): PowerDriver {
  const accessTo = ({ type, connection }: DriverTarget, signal: AbortSignal | undefined): Access => {
    if (type !== 'vm')
      throw new PermanentError(`Proxmox VE cannot switch a ${type}: only VMs and containers`);
    const cluster = object('proxmox', connection);
    if (cluster) return { http, settings: cluster.settings, signal };
    throw new PermanentError(`there is no proxmox/${connection}, or it is switched off`);
  };

  const discoverAt = async (connection: string, access: Access): Promise<DiscoveredMachine[]> => {
    try {
      const guests = await listGuests(access);
      return guests.filter(({ template }) => !template).map((guest) => discovered(guest, connection));
    } catch (err) {
      logger.warn({ err, connection: `proxmox/${connection}` }, 'VMs cannot be listed');
      return [];
    }
  };

  return {
    async power(action, target, signal) {
      const access = accessTo(target, signal);
      return switchGuest(action, await findGuest(access, target), access);
    },
    async state(target, signal) {
      const access = accessTo(target, signal);
      return currentState(access, await findGuest(access, target));
    },
    async discover(signal) {
      const found = objects('proxmox').map(({ key, settings }) =>
        discoverAt(key, { http, settings, signal }),
      );
      return (await Promise.all(found)).flat();
    },
  };
}

function discovered(guest: Guest, connection: string): DiscoveredMachine {
  const { vmid, name = String(vmid), node } = guest;
  return {
    type: 'vm',
    connection,
    id: String(vmid),
    name,
    state: listedState(guest),
    settings: { host: node },
  };
}
