import type { UserRecord } from '../../kernel/identity-store.ts';
import type { List } from '../paging/list-page.ts';

export const userList = {
  name: 'users',
  id: ({ name }) => name,
  sorts: {
    name: ({ name }) => name,
    enabled: ({ enabled }) => Number(enabled),
    createdAt: ({ createdAt }) => createdAt,
    updatedAt: ({ updatedAt }) => updatedAt,
    lastLoginAt: ({ lastLoginAt = 0 }) => lastLoginAt,
  },
  texts: ({ name }) => [name],
} as const satisfies List<UserRecord>;
