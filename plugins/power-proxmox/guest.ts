import { PermanentError, z, type DriverTarget, type PowerState } from 'signalbox/sdk';
import { read, type Access } from './api.ts';

const guest = z.object({
  type: z.enum(['qemu', 'lxc']),
  vmid: z.number().int(),
  node: z.string(),
  name: z.string().optional(),
  // As old as the last report of its node, ten seconds or so.
  status: z.string().optional(),
  template: z.union([z.boolean(), z.number()]).optional(),
});

/** A VM (`qemu`) or container (`lxc`), and the node that it is on now. */
export type Guest = z.output<typeof guest>;

/** All that the token may see (`VM.Audit`). */
export function listGuests(access: Access): Promise<Guest[]> {
  return read(access, 'cluster/resources?type=vm', z.array(guest));
}

/**
 * `101`, `pve1/101`, `qemu/101` or a name. A number is unique in a cluster; what stands before it is for people, since
 * guests migrate.
 */
export async function findGuest(access: Access, { id }: DriverTarget): Promise<Guest> {
  const vmid = /^(?:[^/]+\/){0,2}(\d{1,9})$/.exec(id)?.[1];
  const guests = await listGuests(access);
  const [first, second] = guests.filter((guest) =>
    vmid === undefined ? guest.name === id : guest.vmid === Number(vmid),
  );
  const what = vmid === undefined ? `called "${id}"` : `with the number ${vmid}`;
  if (!first) {
    throw new PermanentError(
      `there is no VM or container ${what}, or the API token may not see it (VM.Audit)`,
    );
  }
  if (second) throw new PermanentError(`several guests are ${what}: give the number instead`);
  return first;
}

/** Path of a guest's calls. */
export function pathOf({ node, type, vmid }: Guest): string {
  return `nodes/${encodeURIComponent(node)}/${type}/${vmid}/status`;
}

const current = z.object({ status: z.string(), qmpstatus: z.string().optional() });

/** As it is now, asked of the node. */
export async function currentState(access: Access, guest: Guest): Promise<PowerState> {
  const { status, qmpstatus } = await read(access, `${pathOf(guest)}/current`, current);
  if (status === 'stopped') return 'off';
  // As Proxmox VE itself sees it: there is a process, and the guest stands still.
  if (qmpstatus !== undefined && /^(?:paused|prelaunch|suspended)$/.test(qmpstatus)) return 'paused';
  return status === 'running' ? 'on' : 'unknown';
}

/** As the list says. */
export function listedState({ status }: Guest): PowerState {
  switch (status) {
    case 'running':
      return 'on';
    case 'stopped':
      return 'off';
    case 'paused':
      return 'paused';
    default:
      return 'unknown';
  }
}
