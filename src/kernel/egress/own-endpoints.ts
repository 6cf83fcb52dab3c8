import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { classify, parseAddress, type IpAddress } from './address-class.ts';

/** Where Signalbox itself or its database listens. `address` is an IP address (as in a URL, if you like) or a name. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The endpoints that nothing may be sent to, whatever the allow list says. */
export class OwnEndpoints {
  readonly #byPort = new Map<number, Endpoint[]>();

  constructor(endpoints: readonly Endpoint[]) {
    endpoints.forEach((endpoint) => {
      this.add(endpoint);
    });
  }

  add({ address, port }: Endpoint): void {
    const others = this.#byPort.get(port) ?? [];
    this.#byPort.set(port, [...others, { address: address.replace(/^\[|\]$/g, ''), port }]);
  }

  includes(address: IpAddress, port: number): boolean {
    return this.#byPort.get(port)?.some((own) => isAt(own, address)) ?? false;
  }

  includesName(hostname: string, port: number): boolean {
    return this.#byPort.get(port)?.some((own) => sameName(own.address, hostname)) ?? false;
  }
}

/** Adds the addresses of endpoints that are given by name. A name that cannot be resolved now stays a name. */
export async function resolveEndpoints(endpoints: readonly Endpoint[]): Promise<readonly Endpoint[]> {
  const resolved = await Promise.all(
    endpoints.map(async (endpoint) => {
      if (parseAddress(endpoint.address)) return [];
      const addresses = await lookup(endpoint.address, { all: true }).catch(() => []);
      return addresses.map(({ address }) => ({ address, port: endpoint.port }));
    }),
  );
  return [...endpoints, ...resolved.flat()];
}

function isAt(own: Endpoint, address: IpAddress): boolean {
  const ownAddress = parseAddress(own.address);
  if (!ownAddress) return own.address === 'localhost' && isLoopback(address);
  // What listens on one loopback address is denied on all: they are all this machine.
  if (isLoopback(ownAddress)) return isLoopback(address);
  if (classify(ownAddress).label === 'unspecified') return isLoopback(address) || isThisMachine(address);
  return same(ownAddress, address);
}

function isLoopback(address: IpAddress): boolean {
  return classify(address).label === 'loopback';
}

function isThisMachine(address: IpAddress): boolean {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .some((entry) => {
      const local = parseAddress(entry.address);
      return local !== undefined && same(local, address);
    });
}

function same(one: IpAddress, other: IpAddress): boolean {
  return one.toNormalizedString() === other.toNormalizedString();
}

function sameName(one: string, other: string): boolean {
  return bareName(one) === bareName(other);
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
