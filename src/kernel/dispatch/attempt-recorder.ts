import type { HttpClient, HttpRequest, HttpResponse, JsonObject, JsonValue } from '../../sdk/index.ts';
import { redactHeaders, type Redact } from '../redaction/redactor.ts';
import { AttemptSecrets } from './attempt-secrets.ts';
import { firstBytes } from './first-bytes.ts';
import { notKept, toJson } from './to-json.ts';

/** Bytes that the task log keeps of a body, of the headers all together, and of the message of an error. */
const keptBody = 4_096;
const keptHeaders = 4_096;
const keptMessage = 4_096;

type Header = readonly [name: string, value: string];

/** Keeps what one attempt sent and what came back, secrets taken out. With several exchanges the last one stays. */
export class AttemptRecorder {
  #sent: (() => JsonValue) | undefined;
  #received: (() => JsonValue) | undefined;
  readonly #secrets: AttemptSecrets;

  constructor(
    private readonly inner: HttpClient,
    ofTarget: Redact,
  ) {
    this.#secrets = new AttemptSecrets(ofTarget);
  }

  /** Takes all secrets out that are known by now. */
  get redact(): Redact {
    return this.#secrets.redact;
  }

  /** Secrets that came to the plugin's hands meanwhile. */
  learn(secrets: readonly string[]): void {
    this.#secrets.learn(secrets);
  }

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
      ...(this.#sent && { sent: kept(this.#sent) }),
      ...(this.#received && { received: kept(this.#received) }),
    };
  }

  /** A copy of what a plugin gave, as JSON, with the secrets taken out of its keys and texts. */
  value(value: unknown): JsonValue {
    return toJson(value, this.redact);
  }

  /** The message of an error, with the secrets taken out. */
  text(text: string): string {
    return firstBytes(this.redact(text), keptMessage);
  }

  #request({ method, url, headers = [], shownHeaders, body }: HttpRequest): JsonValue {
    return {
      method,
      url: this.redact(url),
      headers: this.#headers(headers, shownHeaders),
      ...(body !== undefined &&
        this.#body(typeof body === 'string' ? body : `<${String(body.length)} bytes>`)),
    };
  }

  #response({ status, headers, body, truncated, durationMs }: HttpResponse): JsonValue {
    return {
      status,
      headers: this.#headers(Object.entries(headers)),
      ...this.#body(body, truncated),
      durationMs: Math.round(durationMs * 10) / 10,
    };
  }

  #headers(headers: readonly Header[], shown?: readonly string[]): JsonValue {
    const kept: Header[] = [];
    let left = keptHeaders;
    for (const [name, value] of redactHeaders(headers, shown)) {
      if (left <= 0) return [...kept, ['…', 'further headers are not kept']];
      const whole = this.redact(value);
      const text = firstBytes(whole, left);
      kept.push([firstBytes(name, left), text === whole ? text : `${text}…`]);
      left -= name.length + Buffer.byteLength(text);
    }
    return kept;
  }

  #body(text: string, truncated = false): JsonObject {
    // Redacted before it is cut: half a secret at the edge would not be recognised.
    const whole = this.redact(text);
    const body = firstBytes(whole, keptBody);
    return { body, ...((truncated || body !== whole) && { truncated: true }) };
  }
}

/** What an untyped plugin passed as a request need not be one. */
function kept(part: () => JsonValue): JsonValue {
  try {
    return part();
  } catch (error) {
    return notKept(error);
  }
}
