import type { HttpClient, HttpRequest, HttpResponse, JsonObject, JsonValue } from '../../sdk/index.ts';
import { redactHeaders } from '../redaction/redactor.ts';

/** Characters of a body that the task log keeps. */
const keptBody = 4_096;

/** Keeps what one attempt sent and what came back, secrets taken out. With several exchanges the last one stays. */
export class AttemptRecorder {
  #sent: (() => JsonValue) | undefined;
  #received: (() => JsonValue) | undefined;

  constructor(
    private readonly inner: HttpClient,
    private readonly redact: (text: string) => string,
  ) {}

  /** What plugins send through is recorded without their doing. */
  readonly http: HttpClient = {
    request: async (request) => {
      this.#sent = () => this.#request(request);
      this.#received = undefined;
      const response = await this.inner.request(request);
      this.#received = () => this.#response(response);
      return response;
    },
  };

  record(part: { readonly sent?: JsonValue; readonly received?: JsonValue }): void {
    const { sent, received } = part;
    if (sent !== undefined) this.#sent = () => this.value(sent);
    if (received !== undefined) this.#received = () => this.value(received);
  }

  get parts(): { readonly sent?: JsonValue; readonly received?: JsonValue } {
    return {
      ...(this.#sent && { sent: this.#sent() }),
      ...(this.#received && { received: this.#received() }),
    };
  }

  /** A JSON value with the secrets taken out of its texts. */
  value(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => this.value(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([key, item]) => [key, this.value(item)]),
    );
  }

  #request({ method, url, headers = [], body }: HttpRequest): JsonValue {
    return {
      method,
      url: this.redact(url),
      headers: redactHeaders(headers).map(([name, value]) => [name, this.redact(value)]),
      ...(body !== undefined &&
        this.#body(typeof body === 'string' ? body : `<${String(body.length)} bytes>`)),
    };
  }

  #response({ status, headers, body, truncated, durationMs }: HttpResponse): JsonValue {
    return {
      status,
      headers: redactHeaders(Object.entries(headers)).map(([name, value]) => [name, this.redact(value)]),
      ...this.#body(body, truncated),
      durationMs: Math.round(durationMs * 10) / 10,
    };
  }

  #body(text: string, truncated = false): JsonObject {
    const cut = truncated || text.length > keptBody;
    // Redacted before it is cut: half a secret at the edge would not be recognised.
    return { body: this.redact(text).slice(0, keptBody), ...(cut && { truncated: true }) };
  }
}
