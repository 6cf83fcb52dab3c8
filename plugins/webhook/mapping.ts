import type { JsonValue } from 'signalbox/sdk';
import { isPlace, locationProblem } from './data-location.ts';

/** Locations in the message, and what stands there: `{ 'fields/summary': …, 'items/0/name': … }`. */
export type Mapping = Readonly<Record<string, JsonValue>>;

const mostLocations = 256;

/** Why no message can be built of a mapping; undefined when one can. */
export function mappingProblem(mapping: Mapping): string | undefined {
  const locations = Object.keys(mapping);
  if (locations.length > mostLocations) return `must be at most ${mostLocations} locations`;
  for (const location of locations) {
    const problem = locationProblem(location);
    if (problem !== undefined) return `location ${JSON.stringify(location)} ${problem}`;
  }
  const tree = treeOf(mapping);
  return typeof tree === 'string' ? tree : undefined;
}

/** The message. Throws when there is a problem with the mapping. */
export function messageOf(mapping: Mapping): JsonValue {
  const tree = treeOf(mapping);
  if (typeof tree === 'string') throw new Error(tree);
  return jsonOf(tree);
}

/** A part of the message: a value, or a list or an object of further parts. */
interface Part {
  /** The first location that leads to it or through it. */
  readonly location: string;
  readonly value?: JsonValue;
  readonly kind: 'value' | 'list' | 'object';
  readonly parts: Map<string, Part>;
}

/** The whole as a tree of parts, or why there is none. */
function treeOf(mapping: Mapping): Part | string {
  const trunk = new Map<string, Part>();
  for (const [location, value] of Object.entries(mapping)) {
    const problem = grow(trunk, { location, value });
    if (problem !== undefined) return problem;
  }
  return trunk.get('') ?? 'must not be empty';
}

/** Adds the parts that lead to a value. The whole is the part that the empty name leads to. */
function grow(
  trunk: Map<string, Part>,
  { location, value }: { readonly location: string; readonly value: JsonValue },
): string | undefined {
  const names = ['', ...location.split('/')];
  let parts = trunk;
  for (const [depth, name] of names.entries()) {
    const next = names[depth + 1];
    const kind = next === undefined ? 'value' : isPlace(next) ? 'list' : 'object';
    const known = parts.get(name);
    if (known && known.kind !== kind) return collision(known, { location, kind });
    const part: Part = known ?? { location, kind, parts: new Map(), ...(kind === 'value' && { value }) };
    parts.set(name, part);
    parts = part.parts;
  }
  return undefined;
}

function collision(there: Part, added: Pick<Part, 'location' | 'kind'>): string {
  const [one, other] = [JSON.stringify(added.location), JSON.stringify(there.location)];
  if (there.kind === 'value') return `location ${one} lies within ${other}, which has a value of its own`;
  if (added.kind === 'value') return `location ${other} lies within ${one}, which has a value of its own`;
  return `locations ${other} and ${one} want a list and an object at the same place`;
}

function jsonOf({ kind, value = null, parts }: Part): JsonValue {
  if (kind === 'value') return value;
  const entries = [...parts].map(([name, part]) => [name, jsonOf(part)] as const);
  if (kind === 'object') return Object.fromEntries(entries);
  const places = new Map(entries.map(([name, item]) => [Number(name), item]));
  return Array.from({ length: Math.max(...places.keys()) + 1 }, (_, place) => places.get(place) ?? null);
}
