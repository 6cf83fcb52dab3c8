import { isIPv6 } from 'node:net';

/** Where a hypervisor is connected to over the network. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What a connection URI comes to. */
export interface Connection {
  /** Written anew from the parts that were understood: libvirt, which reads URIs in its own way, gets nothing else. */
  readonly uri: string;
  /** Undefined: it is on this machine. */
  readonly place: Place | undefined;
}

/**
 * Drivers of libvirt that are one with a hypervisor. Left out are those that speak to an address of the URI's choice by
 * themselves (`esx`, `vpx`, `hyperv`), and those that run programs or read files that it names (`vmwareplayer`, `vbox`).
 */
const hypervisors = ['qemu', 'xen', 'lxc', 'bhyve', 'ch', 'vz'];

/** Ports of libvirt's transports where the URI names none. */
const ports: Readonly<Record<string, number>> = {
  tls: 16_514,
  tcp: 16_509,
  ssh: 22,
  libssh: 22,
  libssh2: 22,
};

const file = /^\/[\w./@:+-]*$/;
const yesOrNo = /^[01]$/;

/**
 * Left out are those that run a program here (`command`) or there (`netcat`), and those that have the other side open
 * another URI (`name`).
 */
const parameters: Readonly<Record<string, RegExp>> = {
  mode: /^(?:auto|legacy|direct)$/,
  // Not a URL, which it is for other hypervisors.
  proxy: /^(?:auto|native|netcat)$/,
  socket: file,
  keyfile: file,
  pkipath: file,
  known_hosts: file,
  known_hosts_verify: /^(?:normal|auto|ignore)$/,
  sshauth: /^[a-z-]+(?:,[a-z-]+)*$/,
  tls_priority: /^[\w.:+!@-]+$/,
  no_verify: yesOrNo,
  no_tty: yesOrNo,
  no_sanity: yesOrNo,
};

// Scheme, transport, user, host, port, path and query.
const shape =
  /^([a-z][a-z0-9]*)(?:\+([a-z0-9]+))?:\/\/(?:([^\s/?#@]*)@)?(\[[^\s/?#@\]]*\]|[^\s/?#@:[\]]*)(?::(\d{1,5}))?(\/[^\s?#]*)?(?:\?([^\s#]*))?$/;
const otherShape = 'must be a connection URI of libvirt, such as qemu:///system or qemu+ssh://host-1/system';

/** What a connection URI comes to, or what is wrong with it. Never throws. */
export function readUri(text: string): Connection | { readonly problem: string } {
  const [whole, scheme = '', transport = '', login = '', host = '', port = '', path = '', query = ''] =
    shape.exec(text) ?? [];
  const user = decoded(login);
  if (whole === undefined || user === undefined || Number(port) > 65_535) return { problem: otherShape };
  const problem =
    problemOfDriver({ scheme, transport, host, path }) ??
    problemOfTransport({ transport, host, port }) ??
    problemOfLogin({ user, host });
  if (problem !== undefined) return { problem };
  const given = parametersOf(query);
  if ('problem' in given) return given;
  const start = `${scheme}${transport && `+${transport}`}://`;
  const authority = `${user && `${encodeURIComponent(user)}@`}${host}${port && `:${port}`}`;
  const rest = [...given.values].map(([name, value]) => `${name}=${value}`).join('&');
  return {
    uri: `${start}${authority}${path}${rest && `?${rest}`}`,
    place: host === '' ? undefined : placeOf({ transport, host, port }),
  };
}

interface Parts {
  readonly scheme: string;
  /** Empty where there is none. */
  readonly transport: string;
  readonly user: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

function problemOfDriver({
  scheme,
  transport,
  host,
  path,
}: Pick<Parts, 'scheme' | 'transport' | 'host' | 'path'>): string | undefined {
  // libvirt takes any other path for a file of test domains.
  if (scheme === 'test')
    return ['', 'unix'].includes(transport) && host === '' && path === '/default'
      ? undefined
      : 'must not use the scheme "test" but as test:///default';
  if (!hypervisors.includes(scheme))
    return `must not use the scheme "${scheme}", only ${hypervisors.join(', ')}`;
  return /^(?:\/(?:system|session)?)?$/.test(path) ? undefined : 'must have the path /system or /session';
}

function problemOfTransport({
  transport,
  host,
  port,
}: Pick<Parts, 'transport' | 'host' | 'port'>): string | undefined {
  if (transport === '') return port !== '' && host === '' ? 'must name the host of its port' : undefined;
  if (transport === 'unix')
    return host + port === '' ? undefined : 'must name no host with the transport unix';
  if (!Object.hasOwn(ports, transport)) return `must not use the transport "${transport}"`;
  return host === '' ? `must name a host with the transport ${transport}` : undefined;
}

/** They end up on the command line of ssh. */
function problemOfLogin({ user, host }: Pick<Parts, 'user' | 'host'>): string | undefined {
  if (user.includes(':')) return 'must have no password in it: libvirt takes none from there';
  if (user.startsWith('-') || host.startsWith('-'))
    return 'must not have a user or host that begins with "-"';
  if (!/^[\w.@$+\\-]*$/.test(user)) return 'must have a user of letters, digits and . _ - + @ $ \\ only';
  const isAddress = host.startsWith('[') && isIPv6(host.slice(1, -1)) && !host.includes('%');
  return isAddress || /^[\w.-]*$/.test(host) ? undefined : 'must have the name of a host, or its address';
}

function parametersOf(
  query: string,
): { readonly values: ReadonlyMap<string, string> } | { readonly problem: string } {
  if (query.includes(';'))
    return { problem: 'must not have ";" in its parameters: libvirt takes it for "&"' };
  const values = new Map<string, string>();
  for (const pair of query.split('&').filter(Boolean)) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/.exec(pair) ?? [];
    if (!Object.hasOwn(parameters, name)) return { problem: `must not have the parameter "${name}"` };
    const clear = decoded(value);
    if (clear === undefined || parameters[name]?.test(clear) !== true)
      return { problem: `must not have the value "${value}" for the parameter "${name}"` };
    values.set(name, clear);
  }
  return { values };
}

function placeOf({ transport, host, port }: Pick<Parts, 'transport' | 'host' | 'port'>): Place {
  // Without a transport, a host is reached by TLS.
  const usual = ports[transport === '' ? 'tls' : transport] ?? 0;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? usual : Number(port) };
}

/** Undefined for what is no text. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
