import { PermanentError } from '../../sdk/errors.ts';
import { deniedMessage, type Judge } from '../../sdk/http-address.ts';
import { parseTarget, type HttpTarget } from '../../sdk/http-target.ts';
import { classify, innerAddresses, parseAddress, type IpAddress } from './address-class.ts';
import { parseAllowList } from './allow-list.ts';
import { OwnEndpoints, type Endpoint } from './own-endpoints.ts';

export interface EgressOptions {
  /** Private networks that may be reached; see `parseAllowList`. */
  readonly allow: readonly string[];
  /** Signalbox's own listener and databases. */
  readonly own: readonly Endpoint[];
}

/** Decides what Signalbox may connect to. */
export interface EgressPolicy {
  /** Why an address must not be connected to (for the log, not for users); undefined when it may. */
  readonly judge: Judge;
  /**
   * What is wrong with a URL that someone wants to store, as far as it can be known without resolving its name;
   * undefined when nothing is.
   */
  checkUrl(url: string): string | undefined;
  /** The same for a URL that is not of the web. One without a host leads nowhere; one without a port to some port. */
  checkForeignUrl(url: string): string | undefined;
  /** The same for a host and a port; the host is a name or an IP address. */
  checkEndpoint(place: { readonly host: string; readonly port: number }): string | undefined;
  /** One more endpoint of Signalbox itself, known only once it listens. */
  protect(endpoint: Endpoint): void;
}

/** Throws CONFIG_INVALID when the allow list cannot be read. */
export function createEgressPolicy({ allow, own }: EgressOptions): EgressPolicy {
  const allowed = parseAllowList(allow);
  const ownEndpoints = new OwnEndpoints(own);

  const judgeAddress = (address: IpAddress, port: number | undefined): string | undefined => {
    if (port !== undefined && ownEndpoints.includes(address, port)) return 'an endpoint of Signalbox itself';
    const inner = innerAddresses(address);
    if (inner.length > 0) return firstReason(inner.map((carried) => judgeAddress(carried, port)));
    const { access, label } = classify(address);
    if (access === 'public' || (access === 'private' && allowed.has(address, port))) return undefined;
    return access === 'never' ? `${label}, always denied` : `${label}, not in the allow list`;
  };

  const judge: Judge = ({ address, port, hostname }) => {
    if (ownEndpoints.includesName(hostname, port)) return 'an endpoint of Signalbox itself';
    const parsed = parseAddress(address);
    return parsed ? judgeAddress(parsed, port) : 'not an IP address';
  };

  return {
    judge,
    checkUrl: (url) => {
      const target = readTarget(url);
      return typeof target === 'string' ? target : checkHost(target, judge);
    },
    checkForeignUrl: (url) => {
      const { hostname = '', port = '' } = URL.parse(url) ?? {};
      // Another protocol's host is kept as it was written; that of the web is made plain.
      const host = URL.parse(`http://${hostname}`)?.hostname ?? hostname;
      if (port !== '') return checkHost({ hostname: host, port: Number(port) }, judge);
      const reasons = addressesKnown(host).flatMap((address) => parseAddress(address) ?? []);
      return allDenied(reasons.map((address) => judgeAddress(address, undefined)));
    },
    checkEndpoint: ({ host, port }) => {
      // As in a URL, so that an unusual way to write an address is seen through.
      const hostname = URL.parse(`http://${host.includes(':') ? `[${host}]` : host}`)?.hostname;
      return checkHost({ hostname: hostname ?? host, port }, judge);
    },
    protect: (endpoint) => {
      ownEndpoints.add(endpoint);
    },
  };
}

function readTarget(url: string): HttpTarget | string {
  try {
    return parseTarget(url);
  } catch (error) {
    if (error instanceof PermanentError) return error.message;
    throw error;
  }
}

function checkHost(
  { hostname, port }: Pick<HttpTarget, 'hostname' | 'port'>,
  judge: Judge,
): string | undefined {
  const reasons = addressesKnown(hostname).map((address) => judge({ address, port, hostname }));
  return allDenied(reasons);
}

function allDenied(reasons: readonly (string | undefined)[]): string | undefined {
  const denied = reasons.length > 0 && reasons.every((reason) => reason !== undefined);
  return denied ? deniedMessage : undefined;
}

/** What a host name stands for that needs no name server. */
function addressesKnown(hostname: string): readonly string[] {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (parseAddress(bare)) return [bare];
  return bare === 'localhost' || bare.endsWith('.localhost') ? ['127.0.0.1', '::1'] : [];
}

function firstReason(reasons: readonly (string | undefined)[]): string | undefined {
  return reasons.find((reason) => reason !== undefined);
}
