import { Option } from 'commander';
import { z } from '../../sdk/schema.ts';
import type { JsonObject } from '../../sdk/json.ts';
import { UsageError } from '../cli-error.ts';
import type { Cell } from '../table.ts';
import {
  collected,
  enabledField,
  enabledOptions,
  fieldsOf,
  idCell,
  managedFields,
  managedFilters,
  pathPart,
  stateCell,
  stateFilter,
  tagFilter,
} from './fields.ts';
import { keysOf, NameOption, objectNames, tagNames, typeNames } from './name-source.ts';
import type { Resource, ResourceWrite } from './resource.ts';

export const objectItem = z.looseObject({
  type: z.string(),
  key: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  tags: z.array(z.string()),
  health: z.looseObject({ state: z.string(), error: z.string() }).optional(),
});

export type ObjectItem = z.output<typeof objectItem>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What objects have in a body, whatever their type. */
const objectWrite: Omit<ResourceWrite, 'create' | 'examples'> = {
  flags: () => [
    new Option('--name <name>', 'name for people'),
    new NameOption('--tag <category/name>', 'a tag that it bears; may be repeated', tagNames).argParser(
      collected,
    ),
    ...enabledOptions(),
  ],
  body: (flags) => ({
    ...fieldsOf(flags, ['name']),
    ...(flags['tag'] !== undefined && { tags: flags['tag'] as readonly string[] }),
    ...enabledField(flags),
  }),
  readOnly: ['type', 'key', 'state', 'stateAt', 'health', 'summary', 'inbound', ...managedFields],
};

export const objects: Resource<ObjectItem> = {
  command: 'objects',
  one: 'object',
  description: 'Show, make and change objects: what events happen to and actions are done to.',
  path: '/api/objects',
  item: objectItem,
  id: {
    as: 'type/key',
    description: 'the object, e.g. webhook/slack-ops',
    example: 'webhook/slack-ops',
    names: objectNames,
    path: objectPath,
  },
  switchable: true,
  nameable: true,
  list: {
    filters: [
      {
        option: new NameOption('--type <type>', 'only objects of this type, e.g. vm', typeNames),
        query: 'type',
      },
      tagFilter('only objects that bear this tag'),
      stateFilter(),
      ...managedFilters(),
    ],
    sort: ['key', 'name', 'type', 'enabled', 'createdAt', 'updatedAt'],
    search: true,
    titles: ['OBJECT', 'STATE', 'NAME', 'TAGS', 'NOTE'],
    row: (object) => [
      idCell(`${object.type}/${object.key}`),
      stateCell(object.enabled),
      { text: object.name },
      { text: object.tags.join(', ') },
      noteOf(object),
    ],
    none: 'No such objects.',
    examples: [
      'signalbox objects list --type vm --tag vms/gpu',
      'signalbox objects list --search gpu --sort -updatedAt',
    ],
  },
  write: {
    ...objectWrite,
    create: {
      method: 'POST',
      idOptional: () => false,
      idOf: ({ type, key }) =>
        text(type) !== undefined && text(key) !== undefined
          ? `${text(type) ?? ''}/${text(key) ?? ''}`
          : undefined,
      nameOf: ({ type, key }) => `${text(type) ?? ''}/${text(key) ?? ''}`,
      request: (id = '') => {
        const [type, key] = halves(id);
        return { path: `/api/objects/${pathPart(type)}`, body: { key } };
      },
    },
    examples: {
      create: [
        'signalbox objects create vm/gpu-01 --name "GPU 01" --tag vms/gpu',
        'signalbox objects create webhook/slack-ops --set settings.url=https://hooks.example.com/T0/B1',
        'signalbox objects create -f slack-ops.yaml',
      ],
      replace: ['signalbox objects replace webhook/slack-ops -f slack-ops.yaml'],
      patch: [
        'signalbox objects patch webhook/slack-ops --set settings.timeout=7 --name "Slack of the operators"',
        'signalbox objects patch webhook/slack-ops --set settings.auth.type=bearer --secret settings.auth.token',
      ],
    },
  },
};

/** Objects of one type, named by their keys. */
export function objectsOf(
  type: string,
  parts: Pick<Resource<ObjectItem>, 'command' | 'one' | 'description'> & {
    readonly example: string;
    readonly settings: readonly string[];
    readonly list?: Partial<Resource<ObjectItem>['list']>;
  },
): Resource<ObjectItem> {
  const { command, one, description, example, settings, list } = parts;
  const path = `/api/objects/${type}`;
  const sets = settings.map((setting) => `--set settings.${setting}`).join(' ');
  return {
    ...{ command, one, description, path },
    item: objectItem,
    id: {
      as: 'key',
      description: `key of the ${one}, e.g. ${example}`,
      example,
      names: keysOf(type),
      path: (key) => `${path}/${pathPart(key)}`,
    },
    switchable: true,
    nameable: true,
    list: {
      filters: [tagFilter('only those that bear this tag'), stateFilter(), ...managedFilters()],
      sort: ['key', 'name', 'enabled', 'createdAt', 'updatedAt'],
      search: true,
      titles: ['KEY', 'STATE', 'NAME', 'TAGS', 'NOTE'],
      row: (object) => [
        idCell(object.key),
        stateCell(object.enabled),
        { text: object.name },
        { text: object.tags.join(', ') },
        noteOf(object),
      ],
      none: `No such ${command}.`,
      ...list,
    },
    write: {
      ...objectWrite,
      create: {
        method: 'POST',
        // Signalbox makes the key of the name.
        idOptional: ({ name }) => text(name) !== undefined,
        idFrom: 'a name to make it of',
        idOf: ({ key }) => text(key),
        nameOf: ({ key }) => text(key) ?? '',
        request: (key) => ({ path, body: key === undefined ? {} : { key } }),
      },
      examples: {
        create: [
          `signalbox ${command} create ${example} ${sets}`,
          `signalbox ${command} create -f ${one}.yaml`,
        ],
        replace: [`signalbox ${command} replace ${example} -f ${one}.yaml`],
        patch: [`signalbox ${command} patch ${example} --set settings.${settings.at(-1) ?? ''}`],
      },
    },
  };
}

function noteOf({ health, ...object }: ObjectItem): Cell {
  if (health) return { text: `${health.state}: ${health.error}`, style: 'red' };
  const inbound = text(object['inbound']);
  return { text: inbound ?? stateText(object['state']), style: 'dim' };
}

/** `power: on, host: node-7` */
function stateText(state: unknown): string {
  const entries = Object.entries((state ?? {}) as JsonObject);
  return entries.map(([name, value]) => `${name}: ${text(value) ?? JSON.stringify(value)}`).join(', ');
}

function objectPath(id: string): string {
  const [type, key] = halves(id);
  return `/api/objects/${pathPart(type)}/${pathPart(key)}`;
}

function halves(id: string): readonly [type: string, key: string] {
  const at = id.indexOf('/');
  if (at < 1 || at === id.length - 1) {
    throw new UsageError(`"${id}" is not a type and a key`, {
      remedy: 'Name it such as webhook/slack-ops; see: signalbox objects list',
    });
  }
  return [id.slice(0, at), id.slice(at + 1)];
}
