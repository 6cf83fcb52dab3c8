import { Option, type Command } from 'commander';
import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import { idCell, pathPart } from './resources/fields.ts';
import { NameOption, pluginNames, typeNames } from './resources/name-source.ts';
import type { Resource } from './resources/resource.ts';
import { resourceCommands } from './resources/resource-commands.ts';
import { timeText } from './times.ts';

const pluginItem = z.looseObject({
  name: z.string(),
  state: z.string(),
  reason: z.string().optional(),
  since: z.string(),
  types: z.array(z.string()),
  health: z.looseObject({ up: z.boolean(), reason: z.string().optional() }).optional(),
});

const plugins: Resource<z.output<typeof pluginItem>> = {
  command: 'plugins',
  one: 'plugin',
  description: 'Show the plugins that are loaded, and how they are.',
  path: '/api/plugins',
  item: pluginItem,
  id: {
    as: 'plugin',
    description: 'name of the plugin, e.g. webhook',
    example: 'webhook',
    names: pluginNames,
    path: (name) => `/api/plugins/${pathPart(name)}`,
  },
  list: {
    filters: [
      {
        option: new Option('--state <state>', 'only those in this state').choices([
          'starting',
          'up',
          'down',
          'stopped',
        ]),
        query: 'state',
      },
    ],
    sort: ['name', 'state', 'since', 'restarts'],
    search: true,
    titles: ['PLUGIN', 'STATE', 'SINCE', 'TYPES', 'NOTE'],
    row: ({ name, state, since, types, reason, health }) => [
      idCell(name),
      state === 'up' ? { text: state, style: 'green' } : { text: state, style: 'red' },
      { text: timeText(since), style: 'dim' },
      { text: types.join(', ') },
      { text: reason ?? (health?.up === false ? (health.reason ?? 'not well') : '') },
    ],
    none: 'No plugins.',
  },
};

const typeItem = z.looseObject({
  name: z.string(),
  label: z.string(),
  events: z.array(z.looseObject({ name: z.string() })),
  actions: z.array(z.looseObject({ name: z.string() })),
  available: z.boolean(),
});

const types: Resource<z.output<typeof typeItem>> = {
  command: 'types',
  one: 'object type',
  description: 'Show what plugins declare: types of objects, their settings, events and actions.',
  path: '/api/types',
  item: typeItem,
  id: {
    as: 'type',
    description: 'name of the type, e.g. webhook',
    example: 'webhook',
    names: typeNames,
    path: (name) => `/api/types/${pathPart(name)}`,
  },
  list: {
    filters: [
      {
        option: new NameOption('--plugin <name>', 'only those of this plugin', pluginNames),
        query: 'plugin',
      },
    ],
    sort: ['name', 'label', 'plugin'],
    search: true,
    titles: ['TYPE', 'LABEL', 'EVENTS', 'ACTIONS'],
    row: ({ name, label, events, actions, available }) => [
      available ? idCell(name) : { text: name, whole: true, style: 'red' },
      { text: label },
      { text: events.map((event) => event.name).join(', ') },
      { text: actions.map((action) => action.name).join(', ') },
    ],
    none: 'No types.',
  },
};

export function pluginsCommand(context: CliContext): Command {
  return resourceCommands(
    { resource: plugins, context },
    { examples: ['signalbox plugins list', 'signalbox plugins get webhook'] },
  );
}

export function typesCommand(context: CliContext): Command {
  return resourceCommands(
    { resource: types, context },
    {
      examples: [
        'signalbox types list',
        'signalbox types get webhook     # settings, events and actions, with their schemas',
      ],
    },
  );
}
