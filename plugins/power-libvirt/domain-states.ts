import { PermanentError, type PowerState } from 'signalbox/sdk';
import { domainState, isUuid, listStates, powerState, type ListedDomain } from './domain.ts';
import type { LibvirtSettings } from './settings.ts';
import { SharedRead } from './shared-read.ts';
import type { Hypervisor } from './virsh.ts';

/** A domain, and its state as far as that is known. */
export type Found = Pick<ListedDomain, 'uuid' | 'state'>;

/**
 * The domains of each connection with their states. Many that ask at the same time start one virsh, not one each. Nothing is
 * kept: a name may belong to another domain by the next time.
 */
export class DomainStates {
  readonly #reads = new WeakMap<LibvirtSettings, SharedRead<ListedDomain[]>>();

  list({ settings, lookup, signal }: Hypervisor): Promise<ListedDomain[]> {
    let read = this.#reads.get(settings);
    if (!read) {
      read = new SharedRead((unwanted) => listStates({ settings, lookup, signal: unwanted }));
      this.#reads.set(settings, read);
    }
    return read.ask(signal);
  }

  /**
   * The domain that has this UUID or name. A name never gets as far as the command line, where it could be taken for an
   * option or for the number of a running domain.
   */
  async find(hypervisor: Hypervisor, id: string): Promise<Found> {
    if (isUuid(id)) return { uuid: id, state: 'unknown' };
    const domain = (await this.list(hypervisor)).find(({ name }) => name === id);
    if (domain) return domain;
    throw new PermanentError(`there is no domain called "${id}"`);
  }

  async stateOf(hypervisor: Hypervisor, id: string): Promise<PowerState> {
    const { uuid, state } = isUuid(id)
      ? await this.#withUuid(hypervisor, id)
      : await this.find(hypervisor, id);
    // What is in no list has a state of its own.
    return state === 'unknown' ? powerState(await domainState(hypervisor, uuid)) : state;
  }

  async #withUuid(hypervisor: Hypervisor, id: string): Promise<Found> {
    const domain = (await this.list(hypervisor)).find(({ uuid }) => uuid.toLowerCase() === id.toLowerCase());
    return domain ?? { uuid: id, state: 'unknown' };
  }
}
