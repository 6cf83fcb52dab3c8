import { Argument, Option } from 'commander';

/** Where the names come from that completion offers. */
export interface NameSource {
  /** A list of the API. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly nameOf: (item: Readonly<Record<string, unknown>>) => string | readonly string[];
}

/** An argument whose values a running Signalbox knows. */
export class NameArgument extends Argument {
  constructor(
    flags: string,
    description: string,
    readonly names: NameSource,
  ) {
    super(flags, description);
  }
}

/** An option of the same kind. */
export class NameOption extends Option {
  constructor(
    flags: string,
    description: string,
    readonly names: NameSource,
  ) {
    super(flags, description);
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const members = (of: string) => (item: Readonly<Record<string, unknown>>) =>
  (Array.isArray(item[of]) ? (item[of] as readonly Readonly<Record<string, unknown>>[]) : []).map((member) =>
    text(member['name']),
  );

/** What else than its key may name an object is its type. */
export const objectNames: NameSource = {
  path: '/api/objects',
  nameOf: ({ type, key }) => `${text(type)}/${text(key)}`,
};
export const keysOf = (type: string): NameSource => ({
  path: `/api/objects/${type}`,
  nameOf: ({ key }) => text(key),
});
export const objectKeys: NameSource = { path: '/api/objects', nameOf: ({ key }) => text(key) };
export const tagNames: NameSource = { path: '/api/tags', nameOf: ({ name }) => text(name) };
export const taskIds: NameSource = { path: '/api/tasks', nameOf: ({ id }) => text(id) };
export const triggerIds: NameSource = { path: '/api/triggers', nameOf: ({ id }) => text(id) };
/** The newest ones: others have to be known anyway. */
const newest = { limit: 50 };
export const runIds: NameSource = { path: '/api/runs', query: newest, nameOf: ({ id }) => text(id) };
export const eventIds: NameSource = { path: '/api/events', query: newest, nameOf: ({ id }) => text(id) };
export const auditIds: NameSource = { path: '/api/audit', query: newest, nameOf: ({ id }) => text(id) };
export const userNames: NameSource = { path: '/api/users', nameOf: ({ name }) => text(name) };
export const tokenNames: NameSource = { path: '/api/tokens', nameOf: ({ name }) => text(name) };
export const pluginNames: NameSource = { path: '/api/plugins', nameOf: ({ name }) => text(name) };
export const typeNames: NameSource = { path: '/api/types', nameOf: ({ name }) => text(name) };
export const eventTypes: NameSource = { path: '/api/types', nameOf: members('events') };
export const actionNames: NameSource = { path: '/api/types', nameOf: members('actions') };
