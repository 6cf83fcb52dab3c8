/** What one request may cost. Durations are milliseconds. */
export interface HttpLimits {
  /** Bytes of a request body. */
  readonly bodyLimit: number;
  /** The same for routes that take the body as it came. */
  readonly rawBodyLimit: number;
  /** The same for routes that take a whole configuration. */
  readonly largeBodyLimit: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept. */
  readonly keepAliveTimeoutMs: number;
  /** How long what is under way may still take once the server stops. */
  readonly closeGraceMs: number;
}

export const defaultHttpLimits: HttpLimits = {
  bodyLimit: 256 * 1024,
  rawBodyLimit: 1024 * 1024,
  largeBodyLimit: 4 * 1024 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  // Longer than the 60 s of the usual proxies: the one in front closes first, and no request is lost in between.
  keepAliveTimeoutMs: 72_000,
  // Plugins and runs have had their time before that.
  closeGraceMs: 2_000,
};
