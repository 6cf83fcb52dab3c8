import type { AnyInbound, InboundEvent, InboundRequest } from '../inbound.ts';
import type { JsonValue } from '../json.ts';
import type { ObjectView } from '../object-view.ts';

/** What a test posts to an endpoint. */
export interface InboundPost {
  /** As it comes, or what is sent as JSON when it is neither a text nor bytes. Default: nothing. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an endpoint makes of a request whose credential has been checked. Throws what its `read` throws. */
export function readInbound(
  inbound: AnyInbound,
  object: ObjectView,
  { body, headers = {} }: InboundPost,
): readonly InboundEvent[] {
  const bytes = bytesOf(body);
  const text = (): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const request: InboundRequest = {
    object,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: bytes,
    text,
    json: (other = text()) => JSON.parse(other) as JsonValue,
  };
  // The settings were parsed by the schema that the type was defined with.
  return [...inbound.read(request as never)];
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return new TextEncoder().encode(text);
}
