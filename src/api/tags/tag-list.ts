import type { TagRecord } from '../../domain/records.ts';
import type { List } from '../paging/list-page.ts';

export const tagList = {
  name: 'tags',
  id: ({ name }) => name,
  sorts: {
    name: ({ name }) => name.toLowerCase(),
    createdAt: ({ createdAt }) => createdAt,
    updatedAt: ({ updatedAt }) => updatedAt,
  },
  texts: ({ name, description }) => [name, description],
} as const satisfies List<TagRecord>;
