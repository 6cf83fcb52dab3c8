import { SignalboxError } from '../../domain/errors.ts';
import { isIn, parseAddress, type IpAddress, type Network } from './address-class.ts';

/** Networks, some with a port, that may be reached although they are private. */
export interface AllowList {
  /** Without a port: at some port. */
  has(address: IpAddress, port: number | undefined): boolean;
}

interface Entry {
  readonly network: Network;
  /** Any when absent. */
  readonly port: number | undefined;
}

/**
 * Reads the allow list of the configuration. An entry is an address or a network in CIDR notation, and a port where
 * only that one is meant; IPv6 stands in brackets when a port follows: `10.0.0.0/8`, `192.168.1.10`,
 * `127.0.0.1/32:8080`, `fd00::/8`, `[fd00::/8]:443`, `[::1]:8080`.
 *
 * Throws CONFIG_INVALID for an entry that is none of these.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const parsed = entries.map((text, i) => parseEntry(text, `egress.allow[${i}]`));
  return {
    has: (address, port) =>
      parsed.some(
        (entry) => (port === undefined || (entry.port ?? port) === port) && isIn(address, entry.network),
      ),
  };
}

const entryForms = [
  /^\[(?<address>[0-9a-f:.]+)\](?:\/(?<bits>\d+))?(?::(?<port>\d+))?$/i,
  /^\[(?<address>[0-9a-f:.]+)(?:\/(?<bits>\d+))\](?::(?<port>\d+))?$/i,
  /^(?<address>[0-9.]+)(?:\/(?<bits>\d+))?(?::(?<port>\d+))?$/,
  /^(?<address>[0-9a-f:.]+)(?:\/(?<bits>\d+))?$/i,
];

function parseEntry(text: string, field: string): Entry {
  const parts = entryForms
    .map((form) => form.exec(text.trim())?.groups)
    .find((groups) => groups !== undefined);
  const address = parts && parseAddress(parts['address'] ?? '');
  if (!parts || !address)
    throw invalid(text, field, 'must be an address or a network such as 10.0.0.0/8 or 10.0.0.5/32:8080');
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  const bits = Number(parts['bits'] ?? longest);
  if (bits > longest) throw invalid(text, field, `has a prefix of more than ${longest} bits`);
  const port = parts['port'] === undefined ? undefined : Number(parts['port']);
  if (port !== undefined && (port < 1 || port > 65_535))
    throw invalid(text, field, 'has a port outside of 1 to 65535');
  return { network: [address, bits], port };
}

function invalid(text: string, field: string, problem: string): SignalboxError {
  return new SignalboxError('CONFIG_INVALID', `${field}: "${text}" ${problem}`, { field });
}
