import type { PluginStatus } from '../../kernel/plugins/plugin-registry.ts';
import type { List } from '../paging/list-page.ts';

export const pluginList = {
  name: 'plugins',
  id: ({ name }) => name,
  sorts: {
    name: ({ name }) => name,
    state: ({ state }) => state,
    since: ({ since }) => since,
    restarts: ({ restarts }) => restarts,
  },
  texts: ({ name, types, reason }) => [name, ...types, reason],
} as const satisfies List<PluginStatus>;
