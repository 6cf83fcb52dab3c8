import { Option } from 'commander';
import { z } from '../../sdk/schema.ts';
import { UsageError } from '../cli-error.ts';
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
import { actionNames, NameOption, objectKeys, objectNames, tagNames, taskIds } from './name-source.ts';
import type { Resource } from './resource.ts';

const taskItem = z.looseObject({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  action: z.string(),
  target: z.object({ object: z.string().optional(), tag: z.string().optional() }),
  available: z.boolean(),
});

export const tasks: Resource<z.output<typeof taskItem>> = {
  command: 'tasks',
  one: 'task',
  description: 'Show, make, change and run tasks: what is done, and to what.',
  path: '/api/tasks',
  item: taskItem,
  id: {
    as: 'task',
    description: 'id of the task, e.g. tell-ops',
    example: 'tell-ops',
    names: taskIds,
    path: (id) => `/api/tasks/${pathPart(id)}`,
  },
  switchable: true,
  nameable: true,
  list: {
    filters: [
      {
        option: new NameOption(
          '--action <action>',
          'only tasks with this action, e.g. webhook.send',
          actionNames,
        ),
        query: 'action',
      },
      {
        option: new NameOption(
          '--object <type/key>',
          'only tasks on this object, e.g. webhook/slack-ops',
          objectNames,
        ),
        query: 'object',
      },
      tagFilter('only tasks on this tag'),
      stateFilter(),
      ...managedFilters(),
    ],
    sort: ['id', 'name', 'action', 'enabled', 'createdAt', 'updatedAt'],
    search: true,
    titles: ['TASK', 'STATE', 'NAME', 'ACTION', 'TARGET', 'NOTE'],
    row: ({ id, enabled, name, action, target, available }) => [
      idCell(id),
      stateCell(enabled),
      { text: name },
      { text: action },
      { text: target.object ?? `tag ${target.tag ?? ''}` },
      available ? { text: '' } : { text: 'its plugin is not running', style: 'red' },
    ],
    none: 'No such tasks.',
    examples: ['signalbox tasks list --action webhook.send'],
  },
  write: {
    flags: () => [
      new Option('--name <name>', 'name for people'),
      new Option('--description <text>', 'what it is for'),
      new NameOption('--action <action>', 'what it does, e.g. webhook.send', actionNames),
      new NameOption('--object <key>', 'the object that it is done to', objectKeys),
      new NameOption('--tag <category/name>', 'all objects that bear this tag, instead', tagNames),
      new Option('--delete-after-running', 'it is deleted once it has run'),
      ...enabledOptions(),
    ],
    body: (flags, patch) => {
      const target = objectOrTag(flags, patch);
      return {
        ...fieldsOf(flags, ['name', 'description', 'action', 'deleteAfterRunning']),
        ...enabledField(flags),
        ...(Object.keys(target).length > 0 && { target }),
      };
    },
    check: ({ target }, patch) => {
      if (target !== undefined || patch) return;
      throw new UsageError('it is not said what the task acts on', {
        remedy: 'Give --object KEY or --tag CATEGORY/NAME, or a file with a target.',
      });
    },
    readOnly: ['id', 'available', 'status', 'lastRun', ...managedFields],
    create: {
      method: 'POST',
      idOptional: () => true,
      idOf: ({ id }) => (typeof id === 'string' ? id : undefined),
      nameOf: ({ id }) => String(id),
      request: (id) => ({ path: '/api/tasks', body: id === undefined ? {} : { id } }),
    },
    examples: {
      create: [
        'signalbox tasks create tell-ops --action webhook.send --object slack-ops \\',
        "    --set settings.message.text='${NAME} was switched on at ${DATE}'",
        'signalbox tasks create gpus-off --action vm.power_off --tag vms/gpu',
      ],
      replace: ['signalbox tasks replace tell-ops -f tell-ops.yaml'],
      patch: [
        'signalbox tasks patch tell-ops --description "For the operators"',
        'signalbox tasks patch gpus-off --object gpu-01     # the one object instead of the tag',
      ],
    },
  },
};
