import type { AnyObjectType } from '../../sdk/index.ts';
import type { List } from '../paging/list-page.ts';

/** A type and the name of its plugin. */
export interface DeclaredType {
  readonly type: AnyObjectType;
  readonly plugin: string;
}

export const typeList = {
  name: 'types',
  id: ({ type }) => type.name,
  sorts: {
    name: ({ type }) => type.name,
    label: ({ type }) => type.label.toLowerCase(),
    plugin: ({ plugin }) => plugin,
  },
  texts: ({ type, plugin }) => [type.name, type.label, type.description, plugin],
} as const satisfies List<DeclaredType>;
