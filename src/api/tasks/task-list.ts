import type { TaskRecord } from '../../domain/records.ts';
import type { List } from '../paging/list-page.ts';

export const taskList = {
  name: 'tasks',
  id: ({ id }) => id,
  sorts: {
    id: ({ id }) => id,
    name: ({ name }) => name.toLowerCase(),
    action: ({ action }) => action,
    enabled: ({ enabled }) => Number(enabled),
    createdAt: ({ createdAt }) => createdAt,
    updatedAt: ({ updatedAt }) => updatedAt,
  },
  texts: ({ id, name, description, action, target }) => [
    id,
    name,
    description,
    action,
    'tag' in target ? target.tag : target.object,
  ],
} as const satisfies List<TaskRecord>;
