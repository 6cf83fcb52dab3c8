/** One outgoing HTTP request. Redirects are never followed and answers never decompressed. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute `http:` or `https:` URL without user info. */
  readonly url: string;
  /** Sent in this order; a name may occur more than once. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /**
   * Names of headers that the task log shows although they look like credentials: a signature that is good for this one
   * message only, and tells what is wrong with it. Secrets are taken out of them all the same.
   */
  readonly shownHeaders?: readonly string[];
  readonly body?: string | Uint8Array;
  /** Milliseconds for the whole exchange, connecting included (at most 5,000 of it). Default 5,000. */
  readonly timeoutMs?: number;
  /** Bytes of the answer's body that are read. Default 64 KiB. */
  readonly maxBodyBytes?: number;
  /** Accept any TLS certificate. For self-signed certificates in test environments. */
  readonly allowInsecureCertificates?: boolean;
  readonly signal?: AbortSignal;
}

/** What came back. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** As UTF-8 text, at most `maxBodyBytes` of it. */
  readonly body: string;
  /** The body was longer than was read; the connection was closed. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

/**
 * The guarded way out: every address is judged by the egress policy of the configuration before it is
 * connected to.
 *
 * Throws `PermanentError` for an address that the policy denies or a URL that cannot be used, and
 * `RetryableError` when the network failed or the time was up: a `NoAnswerError` if that was after the request had begun
 * to be sent. Any HTTP status is an answer, not an error.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface DispatcherOptions {
  /** Accept any TLS certificate. For self-signed certificates in test environments. */
  readonly allowInsecureCertificates?: boolean;
}
