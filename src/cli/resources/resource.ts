import type { Option } from 'commander';
import type { z } from '../../sdk/schema.ts';
import type { JsonObject } from '../../sdk/json.ts';
import type { Cell } from '../table.ts';
import type { NameSource } from './name-source.ts';

/**
 * One kind of what the API has, as the command line needs to know it. From this come `list`, `get`, `create`, `replace`,
 * `patch`, `edit`, `enable`, `disable` and `delete`; what only one kind can do is added to its group besides.
 */
export interface Resource<Item> {
  /** Of the group of commands, `objects`. */
  readonly command: string;
  /** `object`, for sentences. */
  readonly one: string;
  readonly description: string;
  /** Of the list, `/api/objects`. */
  readonly path: string;
  readonly item: z.ZodType<Item>;
  readonly id: ResourceId;
  readonly list: ResourceList<Item>;
  /** Absent: it is only looked at. */
  readonly write?: ResourceWrite;
  /** It can be switched on and off. */
  readonly switchable?: boolean;
  /** Others may name it: deleting can be forced. */
  readonly nameable?: boolean;
  /** It can be deleted although it is not written in the way of the others. */
  readonly deletable?: boolean;
}

export interface ResourceId {
  /** How it is named in usage lines, `type/key`. */
  readonly as: string;
  readonly description: string;
  /** For the examples. */
  readonly example: string;
  readonly names: NameSource;
  /** Path of one of them; a UsageError when it cannot be a name. */
  readonly path: (id: string) => string;
}

export interface ResourceList<Item> {
  /** One that filters by a positional argument has it here: `[type]`. */
  readonly filters: readonly Filter[];
  /** Fields that `--sort` takes; none: it is not sorted. */
  readonly sort?: readonly string[];
  readonly search?: boolean;
  readonly titles: readonly string[];
  readonly row: (item: Item, now: Date) => readonly Cell[];
  readonly none: string;
  readonly examples?: readonly string[];
  /** For a table each item is asked for by itself: it tells more then. */
  readonly detail?: { readonly path: (item: Item) => string; readonly item: z.ZodType<Item> };
}

/** An option of a list. */
export interface Filter {
  readonly option: Option;
  /** Name of the query parameter. */
  readonly query: string;
  /** Its value; that of the option unless told. */
  readonly value?: (given: string) => string;
}

export interface ResourceWrite {
  /** Options that stand for fields of the body. */
  readonly flags: () => readonly Option[];
  /** What the options say of the body, or of a patch of it. */
  readonly body: (flags: Readonly<Record<string, unknown>>, patch: boolean) => JsonObject;
  /** Throws a UsageError for what the API would refuse in words that help nobody here; `patch`: only some fields are given. */
  readonly check?: (document: JsonObject, patch: boolean) => void;
  /** Fields of an answer that are not written: what was read can be given back. */
  readonly readOnly: readonly string[];
  readonly create: Creation;
  /** Without those of `patch` there is none. */
  readonly examples: Readonly<Record<'create' | 'replace', readonly string[]>> & {
    readonly patch?: readonly string[];
  };
}

/** How a new one is made. */
export interface Creation {
  readonly method: 'POST' | 'PUT';
  /** Where it is sent, and with what besides. `id` is undefined when none was given. */
  readonly request: (id: string | undefined) => { readonly path: string; readonly body: JsonObject };
  /** The name that a document has in itself. */
  readonly idOf: (document: JsonObject) => string | undefined;
  /** Of what was made. */
  readonly nameOf: (answer: Readonly<Record<string, unknown>>) => string;
  /** Signalbox makes up a name. */
  readonly idOptional: (document: JsonObject) => boolean;
  /** What it is made of, for a message that there is none. */
  readonly idFrom?: string;
}
