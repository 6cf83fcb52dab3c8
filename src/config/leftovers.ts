import type { ManagedBy } from '../domain/records.ts';
import type { ResourceIndex } from '../kernel/resources/resource-index.ts';
import type { ResourceInput, ResourceRef } from '../kernel/resources/resource-input.ts';

/** Resources that the configuration put there once and does not name any more. */
export function leftovers(index: ResourceIndex, inputs: readonly ResourceInput[]): readonly ResourceRef[] {
  const named = new Set(inputs.flatMap(refsOf).map(identity));
  const stored = [
    ...ours('trigger', index.triggers(), ({ id }) => id),
    ...ours('task', index.tasks(), ({ id }) => id),
    ...ours('object', index.objects(), ({ type, key }) => `${type}/${key}`),
    ...ours('tag', index.tags(), ({ name }) => name),
  ];
  return stored.filter((ref) => !named.has(identity(ref)));
}

/** One line for the log: what is left, and what to do about it. */
export function describeLeftover(ref: ResourceRef): string {
  return (
    `${ref.kind} ${ref.id} came from the configuration and is no longer in it. It stays in use: ` +
    `put it back into the file, or remove it with DELETE ${apiPath(ref)}`
  );
}

/** Objects are found by type and key, tags by category and name, the others by their id. */
function apiPath({ kind, id }: ResourceRef): string {
  const slash = kind === 'object' || kind === 'tag' ? id.indexOf('/') : -1;
  const parts = slash === -1 ? [id] : [id.slice(0, slash), id.slice(slash + 1)];
  return `/api/${kind}s/${parts.map(encodeURIComponent).join('/')}`;
}

function ours<Stored extends { readonly managedBy: ManagedBy }>(
  kind: ResourceRef['kind'],
  stored: readonly Stored[],
  id: (one: Stored) => string,
): readonly ResourceRef[] {
  return stored.filter(({ managedBy }) => managedBy === 'config').map((one) => ({ kind, id: id(one) }));
}

/** What an input stands for; an object also for its tags, which come into being with it. */
function refsOf(input: ResourceInput): readonly ResourceRef[] {
  switch (input.kind) {
    case 'object':
      return [
        { kind: 'object', id: `${input.type}/${input.key}` },
        ...(input.tags ?? []).map((id) => ({ kind: 'tag', id }) as const),
      ];
    case 'tag':
      return [{ kind: 'tag', id: input.name }];
    case 'task':
    case 'trigger':
      return [{ kind: input.kind, id: input.id ?? '' }];
  }
}

function identity({ kind, id }: ResourceRef): string {
  return `${kind} ${id}`;
}
