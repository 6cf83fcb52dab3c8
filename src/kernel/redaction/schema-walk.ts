import { z } from '../../sdk/index.ts';

type Schema = z.core.$ZodType;

/** Where a value lies in its document. */
export type Path = readonly (string | number)[];

/** `settings.headers[0].value` */
export function settingsField(path: Path): string {
  return path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}.${part}`),
    'settings',
  );
}

/** Left out of the result by `mapMarked`. */
export const OMIT = Symbol('omit');

/** What to look for in a schema, and what to put in the place of the values that it describes. */
export interface Marking {
  /** Whether this very schema, wrappers not looked through, is meant. */
  readonly isMarked: (schema: Schema) => boolean;
  /** What stands for the value afterwards, or `OMIT`. Null and undefined are not asked about, unless `nulls` says so. */
  readonly replace: (value: unknown, path: Path, schema: Schema) => unknown;
  readonly nulls?: boolean;
}

/** A copy of a value with whatever a marked schema describes replaced. Parts without marks are not copied. */
export function mapMarked(schema: Schema, value: unknown, marking: Marking, path: Path = []): unknown {
  if (value === undefined || (value === null && marking.nulls !== true)) return value;
  if (!containsMarked(schema, marking.isMarked)) return value;
  if (marking.isMarked(schema)) return marking.replace(value, path, schema);
  const views = viewsOf(schema, value);
  if (views) return views.reduce<unknown>((mapped, view) => mapMarked(view, mapped, marking, path), value);
  if (Array.isArray(value)) return mapArray(schema, value, marking, path);
  return typeof value === 'object' && value !== null ? mapObject(schema, value, marking, path) : value;
}

function mapArray(schema: Schema, items: readonly unknown[], marking: Marking, path: Path): unknown[] {
  return items
    .map((item, i) => {
      const member = itemSchema(schema, i);
      return member ? mapMarked(member, item, marking, [...path, i]) : item;
    })
    .filter((item) => item !== OMIT);
}

function mapObject(schema: Schema, value: object, marking: Marking, path: Path): Record<string, unknown> {
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => {
    const member = propertySchema(schema, key);
    return [key, member ? mapMarked(member, item, marking, [...path, key]) : item] as const;
  });
  return Object.fromEntries(entries.filter(([, item]) => item !== OMIT));
}

/** Other schemas that describe the same value: what a wrapper wraps, the options of a union that can be meant. */
function viewsOf(schema: Schema, value: unknown): readonly Schema[] | undefined {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'union':
      return optionsMeant(def, value);
    case 'pipe':
      return [def.in, def.out];
    case 'intersection':
      return [def.left, def.right];
    case 'lazy':
      return [def.getter()];
    default:
      return 'innerType' in def ? [def.innerType] : undefined;
  }
}

/** All options where it cannot be told: rather too much is masked than too little. */
function optionsMeant(def: z.core.$ZodUnionDef, value: unknown): readonly Schema[] {
  const fitting = def.options.filter((option) =>
    'discriminator' in def ? discriminates(option, String(def.discriminator), value) : accepts(option, value),
  );
  return fitting.length > 0 ? fitting : def.options;
}

function discriminates(option: Schema, name: string, value: unknown): boolean {
  const chosen: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return option._zod.propValues?.[name]?.has(chosen as z.core.util.Primitive) === true;
}

function accepts(option: Schema, value: unknown): boolean {
  try {
    return z.core.safeParse(option, value).success;
  } catch {
    // An asynchronous check: it cannot be told here.
    return true;
  }
}

function itemSchema(schema: Schema, index: number): Schema | undefined {
  const def = definitionOf(schema);
  if (def.type === 'array') return def.element;
  if (def.type === 'tuple') return def.items[index] ?? def.rest ?? undefined;
  return undefined;
}

function propertySchema(schema: Schema, key: string): Schema | undefined {
  const def = definitionOf(schema);
  if (def.type === 'record') return def.valueType;
  if (def.type !== 'object') return undefined;
  return Object.hasOwn(def.shape, key) ? def.shape[key] : def.catchall;
}

const known = new WeakMap<Marking['isMarked'], WeakMap<Schema, boolean>>();

/** Whether anything that a schema describes is marked. */
export function containsMarked(schema: Schema, isMarked: Marking['isMarked']): boolean {
  let results = known.get(isMarked);
  if (!results) known.set(isMarked, (results = new WeakMap()));
  let result = results.get(schema);
  if (result === undefined) results.set(schema, (result = search(schema, isMarked, new Set())));
  return result;
}

function search(schema: Schema, isMarked: Marking['isMarked'], seen: Set<Schema>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return isMarked(schema) || partsOf(schema).some((part) => search(part, isMarked, seen));
}

function partsOf(schema: Schema): readonly Schema[] {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'object':
      return [...Object.values(def.shape), ...(def.catchall ? [def.catchall] : [])];
    case 'array':
      return [def.element];
    case 'tuple':
      return [...def.items, ...(def.rest ? [def.rest] : [])];
    case 'record':
      return [def.valueType];
    case 'union':
      return def.options;
    default:
      return viewsOf(schema, undefined) ?? [];
  }
}

function definitionOf(schema: Schema): z.core.$ZodTypes['_zod']['def'] {
  return (schema as z.core.$ZodTypes)._zod.def;
}
