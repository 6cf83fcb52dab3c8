import { Option } from 'commander';
import { z } from '../../sdk/schema.ts';
import type { JsonObject, JsonValue } from '../../sdk/json.ts';
import { jsonArgument } from '../arguments.ts';
import { UsageError } from '../cli-error.ts';
import { isObject } from './assignment.ts';
import {
  enabledField,
  enabledOptions,
  fieldsOf,
  idCell,
  managedFields,
  managedFilters,
  objectOrTag,
  pathPart,
  stateCell,
  stateFilter,
  tagFilter,
} from './fields.ts';
import {
  eventTypes,
  NameOption,
  objectKeys,
  objectNames,
  tagNames,
  taskIds,
  triggerIds,
  typeNames,
} from './name-source.ts';
import type { Resource } from './resource.ts';

const triggerItem = z.looseObject({
  id: z.string(),
  enabled: z.boolean(),
  event: z.string(),
  object: z.string().optional(),
  tag: z.string().optional(),
  filter: z.json().optional(),
  task: z.string(),
  available: z.boolean(),
});

export const triggers: Resource<z.output<typeof triggerItem>> = {
  command: 'triggers',
  one: 'trigger',
  description: 'Show, make, change and fire triggers: which event makes a task run.',
  path: '/api/triggers',
  item: triggerItem,
  id: {
    as: 'trigger',
    description: 'id of the trigger, e.g. gpu-on',
    example: 'gpu-on',
    names: triggerIds,
    path: (id) => `/api/triggers/${pathPart(id)}`,
  },
  switchable: true,
  list: {
    filters: [
      {
        option: new NameOption('--event <type>', 'only triggers on events of this type', eventTypes),
        query: 'event',
      },
      { option: new NameOption('--task <id>', 'only triggers of this task', taskIds), query: 'task' },
      {
        option: new NameOption('--type <type>', 'only triggers on events of this object type', typeNames),
        query: 'type',
      },
      {
        option: new NameOption('--object <type/key>', 'only triggers on events of this object', objectNames),
        query: 'object',
      },
      tagFilter('only triggers on this tag'),
      stateFilter(),
      ...managedFilters(),
    ],
    sort: ['id', 'event', 'task', 'enabled', 'createdAt', 'updatedAt'],
    search: true,
    titles: ['TRIGGER', 'STATE', 'EVENT', 'OF', 'TASK', 'FILTER'],
    row: ({ id, enabled, event, object, tag, task, filter, available }) => [
      idCell(id),
      available ? stateCell(enabled) : { text: 'no plugin', style: 'red' },
      { text: event },
      { text: object ?? (tag === undefined ? 'any' : `tag ${tag}`) },
      { text: task },
      { text: filter === undefined ? '' : JSON.stringify(filter), style: 'dim' },
    ],
    none: 'No such triggers.',
    examples: ['signalbox triggers list --task tell-ops'],
  },
  write: {
    flags: () => [
      new NameOption('--event <type>', 'type of the events that it waits for, e.g. vm.power_on', eventTypes),
      new NameOption('--object <key>', 'only events of this object', objectKeys),
      new NameOption('--tag <category/name>', 'only events of objects that bear this tag', tagNames),
      new Option('--filter <json>', 'conditions on the event').argParser(jsonArgument),
      new NameOption('--task <id>', 'the task that it fires', taskIds),
      ...enabledOptions(),
    ],
    body: (flags, patch) => ({
      ...fieldsOf(flags, ['event', 'task']),
      ...objectOrTag(flags, patch),
      ...(flags['filter'] !== undefined && { filter: flags['filter'] as JsonValue }),
      ...enabledField(flags),
    }),
    check: ({ filter }) => {
      if (!isObject(filter)) return;
      for (const [name, value] of Object.entries(filter)) {
        if (!name.startsWith('$') && isObject(value) && isNested(value)) throw nestedFilter(name, value);
      }
    },
    readOnly: ['id', 'available', ...managedFields],
    create: {
      method: 'POST',
      idOptional: () => true,
      idOf: ({ id }) => (typeof id === 'string' ? id : undefined),
      nameOf: ({ id }) => String(id),
      request: (id) => ({ path: '/api/triggers', body: id === undefined ? {} : { id } }),
    },
    examples: {
      create: [
        'signalbox triggers create gpu-on --event vm.power_on --tag vms/gpu --task tell-ops',
        'signalbox triggers create --event alarm.raised --filter \'{"data.level": "critical"}\' --task tell-ops',
      ],
      replace: ['signalbox triggers replace gpu-on -f gpu-on.yaml'],
      patch: [
        'signalbox triggers patch gpu-on --unset filter',
        'signalbox triggers patch gpu-on --object gpu-01',
      ],
    },
  },
};

/** Operators begin with `$`; what else is in an object was meant as the rest of a path. */
function isNested(condition: JsonObject): boolean {
  return Object.keys(condition).some((name) => !name.startsWith('$'));
}

function nestedFilter(name: string, condition: JsonObject): UsageError {
  const [[path, value]] = flat(name, condition) as [readonly [string, JsonValue]];
  return new UsageError(`the conditions of a filter have whole paths as their names, such as "${path}"`, {
    remedy: `Give --filter '${JSON.stringify({ [path]: value })}', or --set 'filter.${path.replaceAll('.', '\\.')}=…'.`,
  });
}

function flat(name: string, value: JsonValue): readonly (readonly [string, JsonValue])[] {
  if (!isObject(value) || !isNested(value)) return [[name, value]];
  return Object.entries(value).flatMap(([inner, part]) => flat(`${name}.${inner}`, part));
}
