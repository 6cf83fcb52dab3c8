import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * How an address is treated: `public` may be reached, `private` where the configuration allows its network, `never`
 * under no circumstances.
 */
export interface AddressClass {
  readonly access: 'public' | 'private' | 'never';
  /** For the log: "loopback", "link-local" … */
  readonly label: string;
}

type Rule = AddressClass & { readonly network: Network };
export type Network = readonly [base: IpAddress, bits: number];

const publicAddress: AddressClass = { access: 'public', label: 'public' };
const unassigned: AddressClass = { access: 'never', label: 'reserved' };

// The first rule that fits counts, so single addresses stand before the networks that they lie in.
const ipv4Rules = [
  ...rules('never', 'metadata service', [
    '169.254.169.254/32',
    '100.100.100.200/32',
    '192.0.0.192/32',
    '168.63.129.16/32',
  ]),
  ...rules('never', 'unspecified', ['0.0.0.0/8']),
  ...rules('never', 'link-local', ['169.254.0.0/16']),
  ...rules('never', 'multicast', ['224.0.0.0/4']),
  ...rules('never', 'reserved', ['192.0.0.0/24', '192.88.99.0/24', '240.0.0.0/4']),
  ...rules('never', 'documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24']),
  ...rules('private', 'loopback', ['127.0.0.0/8']),
  ...rules('private', 'private network', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']),
  ...rules('private', 'carrier-grade NAT', ['100.64.0.0/10']),
  ...rules('private', 'benchmarking', ['198.18.0.0/15']),
];

const ipv6Rules = [
  ...rules('never', 'metadata service', ['fd00:ec2::254/128', 'fd20:ce::254/128']),
  ...rules('never', 'unspecified', ['::/128']),
  ...rules('never', 'link-local', ['fe80::/10']),
  ...rules('never', 'multicast', ['ff00::/8']),
  ...rules('never', 'documentation', ['2001:db8::/32', '3fff::/20']),
  ...rules('never', 'reserved', ['2001::/23']),
  ...rules('private', 'loopback', ['::1/128']),
  ...rules('private', 'private network', ['fc00::/7']),
  // Whatever lies outside of the global unicast space is not assigned.
  ...rules('public', 'public', ['2000::/3']),
];

export function parseAddress(text: string): IpAddress | undefined {
  return isIP(text) > 0 ? ipaddr.parse(text) : undefined;
}

export function isIn(address: IpAddress, [base, bits]: Network): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

/** The class of an address itself; see `innerAddresses` for what it may carry. */
export function classify(address: IpAddress): AddressClass {
  const v4 = address.kind() === 'ipv4';
  const rule = (v4 ? ipv4Rules : ipv6Rules).find(({ network }) => isIn(address, network));
  return rule ?? (v4 ? publicAddress : unassigned);
}

const mapped = network('::ffff:0:0/96');
const translated = network('::ffff:0:0:0/96');
const compatible = network('::/96');
const unspecifiedAndLoopback = network('::/127');
const nat64 = network('64:ff9b::/96');
const sixToFour = network('2002::/16');
const teredo = network('2001::/32');

/**
 * The IPv4 addresses that packets to an IPv6 address end up at (IPv4-mapped, -compatible and -translated, NAT64,
 * 6to4, Teredo). None for an ordinary address.
 */
export function innerAddresses(address: IpAddress): readonly IpAddress[] {
  if (address.kind() === 'ipv4') return [];
  const bytes = address.toByteArray();
  const at = (offset: number): IpAddress => ipaddr.fromByteArray(bytes.slice(offset, offset + 4));
  if (isIn(address, sixToFour)) return [at(2)];
  // Server and client; the client's address is stored with its bits flipped.
  if (isIn(address, teredo)) return [at(4), ipaddr.fromByteArray(bytes.slice(12).map((byte) => byte ^ 0xff))];
  const carried = [mapped, translated, nat64, compatible].some((prefix) => isIn(address, prefix));
  // ::1 and :: lie among the IPv4-compatible addresses and carry nothing.
  return carried && !isIn(address, unspecifiedAndLoopback) ? [at(12)] : [];
}

function network(cidr: string): Network {
  return ipaddr.parseCIDR(cidr);
}

function rules(access: AddressClass['access'], label: string, networks: readonly string[]): Rule[] {
  return networks.map((cidr) => ({ access, label, network: network(cidr) }));
}
