import type { TriggerRecord } from '../../domain/records.ts';
import type { List } from '../paging/list-page.ts';

export const triggerList = {
  name: 'triggers',
  id: ({ id }) => id,
  sorts: {
    id: ({ id }) => id,
    event: ({ event }) => event,
    task: ({ task }) => task,
    enabled: ({ enabled }) => Number(enabled),
    createdAt: ({ createdAt }) => createdAt,
    updatedAt: ({ updatedAt }) => updatedAt,
  },
  texts: ({ id, event, object, tag, task }) => [id, event, object, tag, task],
} as const satisfies List<TriggerRecord>;
