import type { Socket } from 'node:net';

/** One outgoing TCP connection. */
export interface ConnectRequest {
  /** Host name or IP address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Milliseconds for resolving and connecting together. Default 5,000. */
  readonly timeoutMs?: number;
  /** Aborted: the connection is given up or, when it is open, destroyed. */
  readonly signal?: AbortSignal;
}

/**
 * The guarded way out for what does not speak HTTP: every address is judged by the egress policy before it is
 * connected to. Gives a plain TCP socket, which its caller has to end; TLS over it is the caller's, too
 * (`tls.connect({ socket, servername: host })`).
 *
 * Throws `PermanentError` for an address that the policy denies, and `RetryableError` when the network failed or the
 * time was up.
 */
export type Connect = (request: ConnectRequest) => Promise<Socket>;

/**
 * The addresses of a host that the egress policy lets Signalbox reach at this port, in the order in which they are best
 * tried. For what goes through neither `http` nor `connect`: datagrams, and other programs that connect by themselves.
 *
 * Throws `PermanentError` when the policy denies all of them, and `RetryableError` when the name cannot be resolved.
 */
export type Lookup = (place: { readonly host: string; readonly port: number }) => Promise<readonly string[]>;
