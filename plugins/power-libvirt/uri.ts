/** Where a hypervisor is connected to over the network. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Ports of libvirt's transports where the URI names none. */
const ports: Readonly<Record<string, number>> = {
  '': 16_514,
  tls: 16_514,
  tcp: 16_509,
  ssh: 22,
  libssh: 22,
  libssh2: 22,
};

const transports = new Set([...Object.keys(ports), 'unix']);

/** Left out are those that run a program here (`command`) or there (`netcat`). */
const parameters = new Set([
  ...['mode', 'socket', 'keyfile', 'no_verify', 'no_tty', 'pkipath', 'known_hosts', 'known_hosts_verify'],
  ...['proxy', 'sshauth', 'tls_priority', 'auto_answer', 'no_sanity', 'name'],
]);

/** What is wrong with a connection URI. What would have libvirt run programs of its author's choice is. */
export function uriProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^[a-z][a-z0-9]*(?:\+[a-z0-9]+)?:\/\//.test(text) || /[\s\p{Cc}]/u.test(text))
    return 'must be a connection URI of libvirt, such as qemu:///system or qemu+ssh://host-1/system';
  const transport = transportOf(url);
  if (!transports.has(transport)) return `must not use the transport "${transport}"`;
  if (transport === 'unix' && url.hostname !== '') return 'must name no host with the transport unix';
  if (url.password !== '') return 'must have no password in it: libvirt takes none from there';
  // They end up on the command line of ssh.
  if (url.hostname.startsWith('-') || decodeURIComponent(url.username).startsWith('-'))
    return 'must not have a user or host that begins with "-"';
  const odd = [...url.searchParams.keys()].find((name) => !parameters.has(name));
  return odd === undefined ? undefined : `must not have the parameter "${odd}"`;
}

/** Undefined: it is on this machine. */
export function placeOf(uri: string): Place | undefined {
  const url = new URL(uri);
  if (url.hostname === '') return undefined;
  const port = url.port === '' ? (ports[transportOf(url)] ?? 0) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

/** `ssh` of `qemu+ssh:`. */
function transportOf({ protocol }: URL): string {
  return protocol.slice(0, -1).split('+')[1] ?? '';
}
