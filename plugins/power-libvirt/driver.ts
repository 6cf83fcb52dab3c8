import { concatMap, filter, from, merge, share, Subject } from 'rxjs';
import {
  PermanentError,
  type DiscoveredMachine,
  type DriverTarget,
  type PluginContext,
  type PowerDriver,
} from 'signalbox/sdk';
import type { libvirt } from './connection.ts';
import { DomainStates } from './domain-states.ts';
import { switchDomain } from './power.ts';
import { watchDomains } from './watch.ts';
import type { Hypervisor } from './virsh.ts';

type Context = PluginContext<unknown, readonly [typeof libvirt]>;

/** Switches the domains of the libvirt connections that there are objects of, and tells what happens to them. */
export function createDriver(context: Context): PowerDriver {
  const { object, objects, changes, lookup, logger } = context;
  const hypervisorOf = (target: DriverTarget, signal: AbortSignal | undefined): Hypervisor => {
    const { type, connection } = target;
    if (type !== 'vm') throw new PermanentError(`libvirt cannot switch a ${type}: only VMs`);
    const found = object('libvirt', connection);
    if (found) return { settings: found.settings, lookup, signal };
    throw new PermanentError(`there is no libvirt/${connection}, or it is switched off`);
  };

  const states = new DomainStates();
  const discoverAt = async (connection: string, hypervisor: Hypervisor): Promise<DiscoveredMachine[]> => {
    try {
      const domains = await states.list(hypervisor);
      return domains.map(({ uuid, name, state }) => ({
        ...{ type: 'vm', connection, id: name, name, state },
        aliases: [uuid],
      }));
    } catch (err) {
      logger.warn({ err, connection: `libvirt/${connection}` }, 'VMs cannot be listed');
      return [];
    }
  };

  const reconnected = new Subject<void>();
  // One virsh for each connection, however many types of machines there are.
  const reports = watchDomains(context, () => {
    reconnected.next();
  }).pipe(share());

  return {
    async power(action, target, signal) {
      const hypervisor = hypervisorOf(target, signal);
      return switchDomain(hypervisor, { action, ...(await states.find(hypervisor, target.id)) });
    },
    state: async (target, signal) => states.stateOf(hypervisorOf(target, signal), target.id),
    async discover(signal) {
      const found = objects('libvirt').map(({ key, settings }) =>
        discoverAt(key, { settings, lookup, signal }),
      );
      return (await Promise.all(found)).flat();
    },
    // One report that is refused does not end the watch.
    watch: (emit) => reports.pipe(concatMap((report) => from(emit(report).catch(() => undefined)))),
    changes: merge(reconnected, changes.pipe(filter(({ type }) => type === 'libvirt'))),
  };
}
