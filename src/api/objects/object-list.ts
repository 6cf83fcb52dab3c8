import type { ObjectRecord } from '../../domain/records.ts';
import type { List } from '../paging/list-page.ts';

export const objectList = {
  name: 'objects',
  id: ({ type, key }) => `${type}/${key}`,
  sorts: {
    key: ({ key }) => key,
    name: ({ name }) => name.toLowerCase(),
    type: ({ type }) => type,
    enabled: ({ enabled }) => Number(enabled),
    createdAt: ({ createdAt }) => createdAt,
    updatedAt: ({ updatedAt }) => updatedAt,
  },
  texts: ({ type, key, name, tags }) => [`${type}/${key}`, name, ...tags],
} as const satisfies List<ObjectRecord>;
