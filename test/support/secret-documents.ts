import { isSecret } from '../../src/sdk/schema.ts';
import { z } from '../../src/sdk/index.ts';

/*
 * Makes documents of a schema that have every secret in them which the schema knows, each with a value that stands nowhere
 * else. Nothing is known of the schema but itself: a new secret is covered as soon as it is declared.
 */

type Schema = z.core.$ZodType;

export interface SecretDocument {
  readonly value: unknown;
  /** What stands in the places of the secrets. */
  readonly canaries: readonly string[];
}

export interface SecretDocuments {
  readonly documents: readonly SecretDocument[];
  /** Paths of secrets that are in none of them. */
  readonly missing: readonly string[];
}

export interface World {
  /** Texts to try where a schema wants one of a certain form. */
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

let count = 0;

/** Of several forms, since a secret may have to be six bytes, a UUID or a signing key. */
function canaries(): readonly (string | number | readonly number[])[] {
  count++;
  const digits = String(7_310_000_000 + count * 7_919);
  const hex = `c4ea${digits.slice(0, 8)}`;
  return [
    `cnry"${digits}'&é`,
    `cnry-${digits}-abcdefgh`,
    `c4ea${digits.slice(2)}-c4ea-4abc-8def-${digits}00`,
    `whsec_${Buffer.from(`cnry-${digits}-signing-secret-x`).toString('base64')}`,
    hex.replace(/(..)(?=.)/g, '$1:'),
    Number(digits),
    [Number(digits), 1],
  ];
}

interface Made extends SecretDocument {
  readonly paths: readonly string[];
}

export function secretDocuments(schema: Schema, world: World): SecretDocuments {
  const all = new Set<string>();
  collect(schema, '', all, []);
  const covered = new Set<string>();
  const documents: SecretDocument[] = [];
  for (const plain of [false, true]) {
    for (const made of variants(schema, '', { world, plain })) {
      const isNew = made.paths.some((path) => !covered.has(path));
      if (!isNew || !z.core.safeParse(schema, made.value).success) continue;
      for (const path of made.paths) covered.add(path);
      documents.push({ value: made.value, canaries: made.canaries });
    }
  }
  return { documents, missing: [...all].filter((path) => !covered.has(path)) };
}

/** Where secrets stand in a schema: `.auth|1.token`. */
function collect(schema: Schema, path: string, found: Set<string>, around: readonly Schema[]): void {
  if (around.includes(schema)) return;
  if (isSecret(schema)) found.add(path);
  else for (const [part, inner] of partsOf(schema)) collect(inner, path + part, found, [...around, schema]);
}

function partsOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).map(([key, member]) => [`.${key}`, member]);
    case 'array':
      return [['[]', def.element]];
    case 'tuple':
      return def.items.map((item, i) => [`[${String(i)}]`, item]);
    case 'record':
      return [['{}', def.valueType]];
    case 'union':
      return def.options.map((option, i) => [`|${String(i)}`, option]);
    case 'pipe':
      return [['', def.in]];
    case 'lazy':
      return [['', def.getter()]];
    default:
      return 'innerType' in def ? [['', def.innerType]] : [];
  }
}

const longestPath = 200;

interface Making {
  readonly world: World;
  /** With what may be left out, too. */
  readonly plain: boolean;
}

function holds(schema: Schema): boolean {
  const found = new Set<string>();
  collect(schema, '', found, []);
  return found.size > 0;
}

/** Values that fit, one for each way in which the schema has secrets; at the least one, if any can be made. */
function* variants(schema: Schema, path: string, making: Making): Generator<Made> {
  if (isSecret(schema)) {
    const value = canaries().find((one) => z.core.safeParse(schema, one).success);
    if (value !== undefined) yield { value, canaries: textsIn(value), paths: [path] };
    return;
  }
  const simple = holds(schema) ? [] : [...leaf(schema, making)];
  // What contains itself ends somewhere.
  if (simple.length > 0 || path.length > longestPath) {
    yield* simple;
    return;
  }
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      yield* objects(def.shape, path, making);
      return;
    case 'array':
      for (const made of variants(def.element, `${path}[]`, making)) yield { ...made, value: [made.value] };
      return;
    case 'record':
      for (const made of variants(def.valueType, `${path}{}`, making))
        yield { ...made, value: { name: made.value } };
      return;
    case 'union':
      for (const [i, option] of def.options.entries())
        yield* variants(option, `${path}|${String(i)}`, making);
      return;
    case 'pipe':
      yield* variants(def.in, path, making);
      return;
    case 'lazy':
      yield* variants(def.getter(), path, making);
      return;
    default:
      if ('innerType' in def) yield* variants(def.innerType, path, making);
      else yield* leaf(schema, making);
  }
}

function* leaf(schema: Schema, { world }: Making): Generator<Made> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const some = def.type === 'literal' ? def.values : [...world.texts, ...world.numbers, true, {}, []];
  const value: unknown = some.find((one) => z.core.safeParse(schema, one).success);
  if (value !== undefined) yield { value, canaries: [], paths: [] };
}

/** All members in their first way; then each member in each of its other ways; then each optional secret alone. */
function* objects(shape: Readonly<Record<string, Schema>>, path: string, making: Making): Generator<Made> {
  const members = Object.entries(shape).flatMap(([key, member]) => {
    const isOptional = z.core.safeParse(member, undefined).success;
    if (isOptional && !holds(member) && !making.plain) return [];
    const ways = [...variants(member, `${path}.${key}`, making)];
    return ways.length === 0 ? [] : [{ key, isOptional, secret: holds(member), ways }];
  });
  const first = members.map(({ key, ways }) => [key, ways[0]!] as const);
  yield together(first);
  for (const { key, ways } of members)
    for (const way of ways.slice(1))
      yield together(first.map(([name, made]) => [name, name === key ? way : made]));
  const optional = members.filter(({ isOptional, secret }) => isOptional && secret);
  for (const { key } of optional.length > 1 ? optional : [])
    yield together(first.filter(([name]) => name === key || !optional.some((other) => other.key === name)));
  // A user and a password, or a token alone.
  for (const { key } of optional.length > 1 ? optional : [])
    yield together(
      first.filter(([name]) => name === key || members.some((one) => one.key === name && !one.isOptional)),
    );
}

function together(members: readonly (readonly [string, Made])[]): Made {
  return {
    value: Object.fromEntries(members.map(([key, { value }]) => [key, value])),
    canaries: members.flatMap(([, made]) => made.canaries),
    paths: members.flatMap(([, made]) => made.paths),
  };
}

function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.slice(0, 1).map(String);
  return [String(value)];
}
