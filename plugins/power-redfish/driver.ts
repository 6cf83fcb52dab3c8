import {
  PermanentError,
  type DiscoveredMachine,
  type DriverTarget,
  type PluginContext,
  type PowerDriver,
} from 'signalbox/sdk';
import type { redfish } from './connection.ts';
import type { Logins } from './logins.ts';
import { resetSystem } from './reset.ts';
import { RedfishService } from './service.ts';
import type { RedfishSettings } from './settings.ts';
import { findSystem, idOf, listSystems, readSystem, stateOf, type System } from './system.ts';

type Context = PluginContext<unknown, readonly [typeof redfish]>;

/** Switches the systems of the Redfish services that there are objects of. */
export class RedfishDriver implements PowerDriver {
  // Management controllers are slow: a system is looked for once.
  readonly #found = new WeakMap<RedfishSettings, Map<string, string>>();

  constructor(
    private readonly context: Pick<Context, 'object' | 'objects' | 'http' | 'logger'>,
    private readonly logins: Logins,
  ) {}

  async power(
    ...[action, target, signal]: Parameters<PowerDriver['power']>
  ): ReturnType<PowerDriver['power']> {
    const service = this.#serviceOf(target, signal);
    return resetSystem(action, await this.#read(service, target), service);
  }

  async state(...[target, signal]: Parameters<PowerDriver['state']>): ReturnType<PowerDriver['state']> {
    return stateOf(await this.#read(this.#serviceOf(target, signal), target));
  }

  async discover(signal?: AbortSignal): Promise<DiscoveredMachine[]> {
    const { objects } = this.context;
    const found = objects('redfish').map(({ key, settings }) =>
      this.#discoverAt(key, this.#service(key, settings, signal)),
    );
    return (await Promise.all(found)).flat();
  }

  #serviceOf({ connection }: DriverTarget, signal: AbortSignal | undefined): RedfishService {
    const found = this.context.object('redfish', connection);
    if (found) return this.#service(connection, found.settings, signal);
    throw new PermanentError(`there is no redfish/${connection}, or it is switched off`);
  }

  #service(key: string, settings: RedfishSettings, signal: AbortSignal | undefined): RedfishService {
    return new RedfishService(settings, this.context.http, this.logins.of(key, settings), signal);
  }

  async #read(service: RedfishService, target: DriverTarget): Promise<System> {
    const { settings } = service;
    const known = this.#found.get(settings) ?? new Map<string, string>();
    this.#found.set(settings, known);
    const name = JSON.stringify([target.id, target.key]);
    const uri = known.get(name) ?? (await findSystem(service, target));
    try {
      const system = await readSystem(service, uri);
      known.set(name, uri);
      return system;
    } catch (error) {
      known.delete(name);
      throw error;
    }
  }

  async #discoverAt(connection: string, service: RedfishService): Promise<DiscoveredMachine[]> {
    try {
      const uris = await listSystems(service);
      const systems = await Promise.all(uris.map((uri) => readSystem(service, uri)));
      return systems.map((system) => ({
        type: 'vm',
        connection,
        id: idOf(system['@odata.id']),
        name: system.HostName || system.Name,
        state: stateOf(system),
      }));
    } catch (err) {
      this.context.logger.warn({ err, connection: `redfish/${connection}` }, 'systems cannot be listed');
      return [];
    }
  }
}
