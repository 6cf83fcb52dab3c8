import type { TokenRecord } from '../../kernel/identity-store.ts';
import type { List } from '../paging/list-page.ts';

export const tokenList = {
  name: 'tokens',
  /** The oldest first. */
  id: ({ id }) => id,
  sorts: {
    name: ({ name }) => name.toLowerCase(),
    createdAt: ({ createdAt }) => createdAt,
    updatedAt: ({ createdAt, updatedAt = createdAt }) => updatedAt,
    /** Those that hold for good are the last. */
    expiresAt: ({ expiresAt = Number.MAX_SAFE_INTEGER }) => expiresAt,
  },
  texts: ({ id, name, createdBy }) => [id, name, createdBy],
} as const satisfies List<TokenRecord>;
