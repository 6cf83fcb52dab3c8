import { PermanentError, z, type DriverTarget, type PowerAction, type PowerState } from 'signalbox/sdk';
import { read, type Access } from './api.ts';

/** What VergeOS has under a name or a key, and how it is switched. */
export interface Kind {
  /** For messages. */
  readonly noun: string;
  readonly table: string;
  readonly fields: string;
  readonly actions: string;
  /** Body of the POST to `actions`. */
  body(key: number, action: string): object;
  readonly words: Readonly<Partial<Record<PowerAction, string>>>;
}

const words = { power_on: 'poweron', power_off: 'poweroff', reset: 'reset' } as const;

const kinds: Readonly<Record<string, Kind>> = {
  vm: {
    noun: 'VM',
    table: 'vms',
    fields: '$key,name,machine#status#running as running',
    actions: 'vm_actions',
    // The documents have the key as text here.
    body: (key, action) => ({ vm: String(key), action }),
    words: { ...words, kill: 'kill' },
  },
  tenant: {
    noun: 'tenant',
    table: 'tenants',
    fields: '$key,name,status#running as running',
    actions: 'tenant_actions',
    body: (key, action) => ({ tenant: key, action }),
    words,
  },
};

export function kindOf(type: string): Kind {
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (!kind) throw new PermanentError(`VergeOS cannot switch a ${type}: only VMs and tenants`);
  return kind;
}

/** All types that can be discovered. */
export const kindNames = Object.keys(kinds);

const machine = z.object({
  $key: z.coerce.number().int(),
  name: z.string(),
  running: z.boolean().nullish(),
});
export type Machine = z.output<typeof machine>;

/** The VM or tenant that a target names, by key or by name. */
export async function findMachine(access: Access, target: DriverTarget): Promise<Machine> {
  const kind = kindOf(target.type);
  const { noun, table, fields } = kind;
  const missing = missingOf(target);
  if (isKey(target.id)) {
    return read(access, { path: `${table}/${target.id}`, query: { fields }, missing, schema: machine });
  }
  const filter = `name eq '${target.id.replaceAll("'", "''")}' and is_snapshot eq false`;
  const [first, second] = await list(access, { kind, filter, limit: '2' });
  if (!first) throw new PermanentError(missing);
  if (second) throw new PermanentError(`several ${noun}s are called "${target.id}": give the key instead`);
  return first;
}

/** All of a type but snapshots. */
export function listMachines(access: Access, type: string): Promise<Machine[]> {
  // 0: no limit.
  return list(access, { kind: kindOf(type), filter: 'is_snapshot eq false', limit: '0' });
}

function list(
  access: Access,
  { kind, filter, limit }: { readonly kind: Kind; readonly filter: string; readonly limit: string },
): Promise<Machine[]> {
  const { table: path, fields } = kind;
  const missing = `there are no ${path}`;
  return read(access, { path, query: { fields, filter, limit }, missing, schema: z.array(machine) });
}

/** What VergeOS calls `$key` is a number; all else is a name. */
export function isKey(id: string): boolean {
  return /^\d{1,15}$/.test(id);
}

export function missingOf({ type, id }: DriverTarget): string {
  return `there is no ${kindOf(type).noun} ${isKey(id) ? `with the key ${id}` : `called "${id}"`}`;
}

/** While a machine starts or stops, it is still what it was. */
export function stateOf({ running }: Machine): PowerState {
  return running == null ? 'unknown' : running ? 'on' : 'off';
}
