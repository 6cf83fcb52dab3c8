import { Option } from 'commander';
import { z } from '../../sdk/schema.ts';
import { UsageError } from '../cli-error.ts';
import { timeText } from '../times.ts';
import { fieldsOf, idCell, managedFields, managedFilters, pathPart } from './fields.ts';
import { tagNames } from './name-source.ts';
import type { Resource } from './resource.ts';

const tagItem = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  managedBy: z.string(),
  updatedAt: z.string(),
});

export const tags: Resource<z.output<typeof tagItem>> = {
  command: 'tags',
  one: 'tag',
  description: 'Show, make and change tags, and put them on objects.',
  path: '/api/tags',
  nameable: true,
  item: tagItem,
  id: {
    as: 'category/name',
    description: 'the tag, e.g. vms/gpu',
    example: 'vms/gpu',
    names: tagNames,
    path: tagPath,
  },
  list: {
    filters: [
      { option: new Option('--category <name>', 'only tags of this category'), query: 'category' },
      ...managedFilters(),
    ],
    sort: ['name', 'createdAt', 'updatedAt'],
    search: true,
    titles: ['TAG', 'MANAGED BY', 'CHANGED', 'DESCRIPTION'],
    row: ({ name, managedBy, updatedAt, description = '' }) => [
      idCell(name),
      { text: managedBy },
      { text: timeText(updatedAt), style: 'dim' },
      { text: description },
    ],
    none: 'No such tags.',
    examples: ['signalbox tags list --category vms'],
  },
  write: {
    flags: () => [new Option('--description <text>', 'what it is for')],
    body: (flags) => fieldsOf(flags, ['description']),
    readOnly: ['name', ...managedFields],
    create: {
      method: 'PUT',
      idOptional: () => false,
      idOf: ({ name }) => (typeof name === 'string' ? name : undefined),
      nameOf: ({ name }) => String(name),
      request: (name = '') => ({ path: tagPath(name), body: {} }),
    },
    examples: {
      create: ['signalbox tags create vms/gpu --description "Machines with a graphics card"'],
      patch: ['signalbox tags patch vms/gpu --unset description'],
      replace: ['signalbox tags replace vms/gpu --description "Machines with two of them"'],
    },
  },
};

export function tagPath(name: string): string {
  const [category = '', second = '', ...more] = name.split('/');
  if (category === '' || second === '' || more.length > 0) {
    throw new UsageError(`"${name}" is not a category and a name`, {
      remedy: 'Name it such as vms/gpu; see: signalbox tags list',
    });
  }
  return `/api/tags/${pathPart(category)}/${pathPart(second)}`;
}
