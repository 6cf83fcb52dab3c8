import { listDomains } from './domain.ts';
import type { DomainEvent } from './domain-event.ts';
import type { Hypervisor } from './virsh.ts';

/** The UUIDs that belong to the names that virsh tells of its events. */
export class DomainNames {
  #uuids: ReadonlyMap<string, string> = new Map();

  constructor(private readonly hypervisor: Hypervisor) {}

  /** Never rejects. `gone`: there is no domain of this name now; it is still told which UUID it had. */
  async of({ name, detail }: DomainEvent): Promise<{ uuid: string | undefined; gone: boolean }> {
    const known = this.#uuids.get(name);
    const changes = /^(?:Defined|Undefined) /.test(detail);
    if (known !== undefined && !changes) return { uuid: known, gone: false };
    const domains = await listDomains(this.hypervisor).catch(() => undefined);
    if (!domains) return { uuid: known, gone: true };
    this.#uuids = new Map(domains.map((domain) => [domain.name, domain.uuid]));
    const uuid = this.#uuids.get(name);
    return { uuid: uuid ?? known, gone: uuid === undefined };
  }
}
