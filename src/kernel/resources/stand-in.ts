import type { ResourceChange } from '../ports.ts';
import type { ResourceInput } from './resource-input.ts';

type Put = Extract<ResourceChange, { put: unknown }>;

/** What others can name in the place of an input that is not usable: it is there, and they are not at fault. */
export function standIn(input: ResourceInput): readonly Put[] {
  const common = {
    name: '',
    enabled: false,
    settings: {},
    managedBy: 'config',
    createdAt: 0,
    updatedAt: 0,
  } as const;
  if (input.kind === 'object') {
    return [{ kind: 'object', put: { ...common, type: input.type, key: input.key, tags: [], changedAt: 0 } }];
  }
  if (input.kind !== 'task' || input.id === undefined) return [];
  const { id, action, target } = input;
  return [{ kind: 'task', put: { ...common, id, action, target, deleteAfterRunning: false, spent: false } }];
}
