import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** RFC 9110, 7.6.1: about one connection, not about the call. `connection` itself is dealt with by reply-from. */
const hopByHop = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings', 'expect'],
];

export interface Surroundings {
  /** Name of this gateway in `Via`. */
  readonly name: string;
  /** A proxy in front tells the truth about who called. */
  readonly trustProxy: boolean;
  /** Path that the gateway lies at on its server. */
  readonly prefix: string;
}

/** The headers of a call as the upstream gets them. */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  { socket, headers: { host }, httpVersion }: IncomingMessage,
  { name, trustProxy, prefix }: Surroundings,
): IncomingHttpHeaders {
  const { via } = headers;
  const known = trustProxy ? headers : {};
  const client = (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
  return {
    ...withoutHopByHop(headers),
    // What others claim of themselves would be taken for what this gateway has seen.
    forwarded: known.forwarded,
    'x-real-ip': known['x-real-ip'],
    'x-forwarded-for': list(known['x-forwarded-for'], client),
    'x-forwarded-proto': known['x-forwarded-proto'] ?? 'http',
    'x-forwarded-host': known['x-forwarded-host'] ?? host,
    'x-forwarded-port': known['x-forwarded-port'] ?? (trustProxy ? undefined : String(socket.localPort)),
    'x-forwarded-prefix': prefix === '' ? undefined : prefix,
    via: list(via, `${httpVersion} ${name}`),
  };
}

/** The headers of an answer as the caller gets them. */
export function returnedHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  // undici gives any header that comes twice as a list, whatever its type says.
  const connection = [headers.connection ?? []].flat().join(',').toLowerCase();
  const named = connection.split(',').map((name) => name.trim());
  const kept = withoutHopByHop(headers);
  return Object.fromEntries(Object.entries(kept).filter(([name]) => !named.includes(name)));
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
}

function list(known: string | readonly string[] | undefined, added: string): string {
  return [...(known === undefined ? [] : [known].flat()), added].join(', ');
}
