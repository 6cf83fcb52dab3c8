import type { JsonObject, JsonValue } from '../sdk/index.ts';
import type { FieldChange } from './resources/field-changes.ts';
import type { ResourceRef, Revised } from './resources/resource-input.ts';

/*
 * The running configuration, compared with files, changed after them and written as such. The API asks for it; what
 * knows the form of the files provides it.
 */

export const CONFIGURATION = Symbol('Configuration');

/** `left`: an earlier configuration named it, this one does not, and it stays as it is. */
export type ConfigChangeKind = Exclude<Revised['change'], 'unchanged'> | 'left';

export interface ConfigChange extends ResourceRef {
  readonly change: ConfigChangeKind;
  /** Drift: since when it differs from what the files said, by a change over the API. RFC 3339. */
  readonly changedByHandAt?: string;
  readonly fields: readonly FieldChange[];
  /** Those that name what is kept although it was to be removed: `task tell-ops`. */
  readonly usedBy?: readonly string[];
}

/** What differs, and how much of everything. */
export interface ConfigReport {
  /** In the order of their kinds: tags, objects, tasks, triggers. What is unchanged is not among them. */
  readonly changes: readonly ConfigChange[];
  readonly summary: Readonly<Record<ConfigChangeKind | 'unchanged', number>>;
}

/** The sections of a configuration file, secrets masked. */
export interface ConfigExport {
  readonly tags: Readonly<Record<string, JsonValue>>;
  readonly objects: Readonly<Record<string, JsonObject | null>>;
  readonly tasks: Readonly<Record<string, JsonObject>>;
  readonly triggers: Readonly<Record<string, JsonObject>>;
  /** Where the masks stand. */
  readonly secrets: readonly ExportedSecret[];
  /** What could not be written, or would not come out the same, and why. */
  readonly warnings: readonly string[];
}

export interface ExportedSecret {
  /** `["objects", "webhook/ops", "settings", "auth", "token"]` */
  readonly path: readonly (string | number)[];
  /** Whether one text can stand for it. */
  readonly single: boolean;
}

export interface ExportOptions {
  /** Objects that came into being by events, too; otherwise only those that a task acts on. */
  readonly all: boolean;
}

export interface ConfigurationPort {
  /**
   * What applying the document would change. Rejects with everything that applying would reject with, each problem
   * with its field: `objects.webhook/ops.settings.url`. Changes nothing.
   */
  plan(document: unknown): Promise<ConfigReport>;
  /** All or nothing. */
  apply(document: unknown): Promise<ConfigReport>;
  /** What it gives, applied again, changes nothing, but for what its warnings say. */
  export(options: ExportOptions): Promise<ConfigExport>;
}
