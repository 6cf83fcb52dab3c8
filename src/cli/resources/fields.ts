import { Option } from 'commander';
import type { JsonObject, JsonValue } from '../../sdk/json.ts';
import type { Cell } from '../table.ts';
import { UsageError } from '../cli-error.ts';
import { tagNames, NameOption } from './name-source.ts';
import type { Filter } from './resource.ts';

/* What several kinds of resources have in common. */

export type Flags = Readonly<Record<string, unknown>>;

/** What Signalbox says of all that is wired. */
export const managedFields = ['managedBy', 'changedByHandAt', 'createdAt', 'updatedAt'] as const;

export const enabledOptions = (): readonly Option[] => [
  new Option('--disabled', 'switched off').conflicts('enabled'),
  new Option('--enabled', 'switched on'),
];

export function enabledField({ enabled, disabled }: Flags): JsonObject {
  if (disabled === true) return { enabled: false };
  return enabled === true ? { enabled: true } : {};
}

/** Those of the flags that are fields by the same name. */
export function fieldsOf(flags: Flags, names: readonly string[]): JsonObject {
  const given = names.filter((name) => flags[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, flags[name] as JsonValue]));
}

/** One object or the bearers of a tag. A patch has to say that the other one is not meant any more. */
export function objectOrTag({ object, tag }: Flags, patch: boolean): JsonObject {
  if (object !== undefined && tag !== undefined)
    throw new UsageError('--object and --tag cannot go together');
  if (object === undefined && tag === undefined) return {};
  const other = object === undefined ? 'object' : 'tag';
  return { ...fieldsOf({ object, tag }, ['object', 'tag']), ...(patch && { [other]: null }) };
}

export const tagFilter = (description: string): Filter => ({
  option: new NameOption('--tag <category/name>', description, tagNames),
  query: 'tag',
});

/** Of all that can be switched off. */
export const stateFilter = (): Filter => ({
  option: new Option('--state <state>', 'only those that are switched on, or off').choices([
    'enabled',
    'disabled',
  ]),
  query: 'enabled',
  value: (state) => String(state === 'enabled'),
});

/** Of all that is wired. */
export const managedFilters = (): readonly Filter[] => [
  {
    option: new Option('--managed-by <who>', 'only those that files, people or events look after').choices([
      ...['api', 'config', 'event'],
    ]),
    query: 'managedBy',
  },
  {
    option: new Option('--drift', 'only those that were changed by hand although a file looks after them'),
    query: 'drift',
  },
];

/** Option values one after the other. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function stateCell(enabled: boolean): Cell {
  return enabled ? { text: 'enabled' } : { text: 'disabled', style: 'yellow' };
}

export const idCell = (text: string): Cell => ({ text, whole: true });

/** Part of a path of the API. */
export const pathPart = (id: string): string => encodeURIComponent(id);
