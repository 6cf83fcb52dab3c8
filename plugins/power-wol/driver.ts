import {
  PermanentError,
  RetryableError,
  type DriverTarget,
  type PluginContext,
  type PowerDriver,
  type PowerState,
} from 'signalbox/sdk';
import type { wol } from './connection.ts';
import { magicPacket, sendPacket } from './magic-packet.ts';
import { isMac, type Machine, type WolSettings } from './settings.ts';

type Context = Pick<
  PluginContext<unknown, readonly [typeof wol]>,
  'object' | 'objects' | 'lookup' | 'connect'
>;

/** For a machine to take a connection, ms: it is in the same network, or nearly. */
const probeMs = 2_000;

/** Wakes machines. */
export function createDriver({ object, objects, lookup, connect }: Context): PowerDriver {
  const find = ({ connection, id }: DriverTarget): { settings: WolSettings; machine: Machine } => {
    const settings = object('wol', connection)?.settings;
    if (!settings) throw new PermanentError(`there is no wol/${connection}, or it is switched off`);
    const machine = Object.hasOwn(settings.machines, id) ? settings.machines[id] : undefined;
    if (machine) return { settings, machine };
    if (isMac(id)) return { settings, machine: { mac: id } };
    throw new PermanentError(`wol/${connection} has no machine "${id}", and that is no MAC address`);
  };
  return {
    async power(action, target) {
      if (action !== 'power_on')
        throw new PermanentError(`Wake-on-LAN can only power_on: ${action} needs another driver`);
      const { settings, machine } = find(target);
      const [address = settings.host] = await lookup(settings);
      const packet = magicPacket(machine.mac, machine.secureOn);
      await sendPacket(packet, { address, port: settings.port }).catch((cause: unknown) => {
        throw new RetryableError(`no packet could be sent to ${address}: ${String(cause)}`, { cause });
      });
      return { mac: machine.mac, address };
    },
    async state(target, signal): Promise<PowerState> {
      const { probe } = find(target).machine;
      if (!probe) return 'unknown';
      // A name that cannot be resolved, or an address that is not allowed, says nothing of the machine.
      await lookup(probe);
      try {
        const socket = await connect({ ...probe, timeoutMs: probeMs, ...(signal && { signal }) });
        socket.destroy();
        return 'on';
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        signal?.throwIfAborted();
        // Who refuses is there.
        return /refused/.test(error.message) ? 'on' : 'off';
      }
    },
    discover: () =>
      Promise.resolve(
        objects('wol').flatMap(({ key, settings }) =>
          Object.entries(settings.machines).map(([id, { mac }]) => ({
            ...{ type: 'vm', connection: key, id, name: id },
            aliases: [mac],
          })),
        ),
      ),
  };
}
