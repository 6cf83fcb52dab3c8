import type { Discovery } from '../plugin.ts';
import type { JsonObject } from '../json.ts';
import type { ObjectView } from '../object-type.ts';
import type { HasPower } from './machines.ts';
import type { DiscoveredMachine } from './power-driver.ts';

type Machine = ObjectView<HasPower>;

/** Where a machine is and what it is called there. */
export type Place = Pick<DiscoveredMachine, 'connection' | 'id' | 'aliases'>;

interface Index {
  readonly byPlace: ReadonlyMap<string, Machine>;
  readonly byKey: ReadonlyMap<string, Machine>;
}

// The same list until an object changes.
const indexes = new WeakMap<readonly Machine[], Index>();

/** Which object stands for a machine, by what its settings say. */
export function machineAt(objects: readonly Machine[], driver: string, place: Place): Machine | undefined {
  const { byPlace } = indexOf(objects);
  for (const id of [place.id, ...(place.aliases ?? [])]) {
    const found = byPlace.get(placeKey(`${driver}/${place.connection}`, id));
    if (found) return found;
  }
  return undefined;
}

/**
 * What machines that a driver has found are as objects: those that stand for them already, or new ones, called as they
 * are called there. Left out are those whose name an object bears that says nothing of a driver: whether it is the same
 * machine, only people know.
 */
export function asObjects(
  objects: readonly Machine[],
  driver: string,
  found: readonly DiscoveredMachine[],
): readonly Discovery<{ power: { via: string } }>[] {
  const { byKey } = indexOf(objects);
  const taken = new Set<string>();
  return found.flatMap((machine) => {
    const state = stateOf(machine);
    const known = machineAt(objects, driver, machine);
    if (known) return [{ key: known.key, state }];
    const name = cleaned(machine.name) || cleaned(machine.id);
    const namesake = byKey.get(name);
    if (namesake && !namesake.settings.power) return [];
    const free = [name, `${name}@${machine.connection}`].find((key) => !byKey.has(key) && !taken.has(key));
    if (free === undefined || name === '') return [];
    taken.add(free);
    const via = `${driver}/${machine.connection}`;
    const power = { via, ...(machine.id !== free && { id: machine.id }) };
    return [{ key: free, name, settings: { ...machine.settings, power }, state }];
  });
}

/** As a key has to be. */
export function cleaned(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ')
    .trim()
    .slice(0, 150)
    .trim();
}

function stateOf({ state }: DiscoveredMachine): JsonObject {
  return { deleted: false, ...(state !== undefined && state !== 'unknown' && { power: state }) };
}

function indexOf(objects: readonly Machine[]): Index {
  let index = indexes.get(objects);
  if (!index) {
    const placed = objects.flatMap((object) => {
      const { power } = object.settings;
      return power ? [[placeKey(power.via, power.id ?? object.key), object] as const] : [];
    });
    index = { byPlace: new Map(placed), byKey: new Map(objects.map((object) => [object.key, object])) };
    indexes.set(objects, index);
  }
  return index;
}

function placeKey(via: string, id: string): string {
  return JSON.stringify([via, id]);
}
