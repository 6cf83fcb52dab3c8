import type { InboundAuth } from './inbound-auth.ts';
import type { JsonValue } from './json.ts';
import type { ObjectView } from './object-view.ts';

/** What another system has posted to `/api/ingest/<key of the object>`, its credential checked. */
export interface InboundRequest<Settings = unknown> {
  /** The endpoint. */
  readonly object: ObjectView<Settings>;
  /** Names in lower case; those that carry credentials are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came, byte for byte. */
  readonly body: Uint8Array;
  /** The body as text. Throws when it is not UTF-8; let that through. */
  readonly text: () => string;
  /**
   * The body, or another text, parsed. Throws when it is no JSON, is nested too deeply or has keys that could reach
   * a prototype; let that through.
   */
  readonly json: (text?: string) => JsonValue;
}

/** One event of what was posted. */
export interface InboundEvent {
  /** `<object type>.<event>`: one of the own plugin, or of another that other systems may send in. */
  readonly type: string;
  /** Key of the object that it is about. */
  readonly object?: string | undefined;
  /** What its schema makes of it is stored. Default: an empty object. */
  readonly data?: unknown;
  /** The same for the same event whenever it is posted again: a repeat is not stored and fires nothing. */
  readonly id?: string | undefined;
  /** When it happened. Default: now. */
  readonly time?: Date | undefined;
}

/** How objects of a type take what other systems post to `/api/ingest/<key>`. */
export interface InboundDefinition<Settings> {
  /** What a request must carry; `inboundAuth` is a schema for it. Checked before anything of the body is read. */
  auth(settings: Settings): InboundAuth;
  /**
   * The event types that an object sends in, as far as its settings tell: one that no plugin declares is refused
   * when the object is saved.
   */
  events?(settings: Settings): readonly string[];
  /**
   * Makes events of a request; none when it has nothing to say. All are stored together or not at all. What can become
   * much of a small body is better a generator: Signalbox asks for no event beyond its limits (10,000, 16 MiB together)
   * and refuses the delivery (413), while a list is in memory before it can be judged.
   * A ZodError or a PermanentError says that the body is not usable (422); a RetryableError asks the sender to come
   * again (503). Must be quick, and must not keep anything.
   */
  read(request: InboundRequest<Settings>): Iterable<InboundEvent>;
}

/** Any inbound definition, its settings forgotten. */
export interface AnyInbound {
  auth(settings: never): InboundAuth;
  events?(settings: never): readonly string[];
  read(request: never): Iterable<InboundEvent>;
}
