import type { JsonObject } from './json.ts';

/** An object as plugins see it. */
export interface ObjectView<Settings = unknown> {
  /** Object type, e.g. `vm`. */
  readonly type: string;
  /** Unique in its type, e.g. `gpu-01`. */
  readonly key: string;
  readonly name: string;
  /** `category/name` each. */
  readonly tags: readonly string[];
  readonly settings: Settings;
  /** When its settings were last changed, or it was switched on or off; epoch ms. */
  readonly changedAt: number;
  /** What events have told of it last (see `state` of its type), as it is when this is read; absent until one has. */
  readonly state?: JsonObject | undefined;
}
