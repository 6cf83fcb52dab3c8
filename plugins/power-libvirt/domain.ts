import type { PowerState } from 'signalbox/sdk';
import { virsh, type Hypervisor } from './virsh.ts';

/** What libvirt calls a VM. */
export interface Domain {
  readonly uuid: string;
  readonly name: string;
}

export interface ListedDomain extends Domain {
  readonly state: PowerState;
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(id: string): boolean {
  return uuidPattern.test(id);
}

/** All of them, running or not. */
export async function listDomains(hypervisor: Hypervisor): Promise<Domain[]> {
  return domainsIn(await virsh(hypervisor, 'list', '--all', '--uuid', '--name'));
}

/** With their states: several commands over one connection. What is in no list is `unknown`: libvirt lists few states. */
export async function listStates(hypervisor: Hypervisor): Promise<ListedDomain[]> {
  const commands = [
    'list --uuid --state-running',
    'echo ,',
    'list --uuid --state-paused',
    'echo ,',
    'list --all --uuid --state-shutoff',
    'echo ,',
    'list --all --uuid --name',
  ];
  const printed = await virsh(hypervisor, commands.join('; '));
  // Names may have commas in them, and come last.
  const [on = '', paused = '', off = '', ...names] = printed.split(',');
  const stateOf = (uuid: string): PowerState =>
    on.includes(uuid) ? 'on' : paused.includes(uuid) ? 'paused' : off.includes(uuid) ? 'off' : 'unknown';
  return domainsIn(names.join(',')).map((domain) => ({ ...domain, state: stateOf(domain.uuid) }));
}

/** In libvirt's words: `running`, `shut off`. */
export async function domainState(hypervisor: Hypervisor, uuid: string): Promise<string> {
  return (await virsh(hypervisor, 'domstate', '--domain', uuid)).trim();
}

/** A domain that is crashed or asleep, and is kept, can neither be started nor is it of any use. */
export function powerState(state: string): PowerState {
  switch (state) {
    case 'running':
    case 'idle':
    case 'in shutdown':
      return 'on';
    case 'paused':
    case 'pmsuspended':
    case 'crashed':
      return 'paused';
    case 'shut off':
      return 'off';
    default:
      return 'unknown';
  }
}

function domainsIn(printed: string): Domain[] {
  return printed.split('\n').flatMap((line) => {
    const [, uuid, name] = /^([0-9a-f-]{36})\s+(.+?)\s*$/i.exec(line) ?? [];
    return uuid !== undefined && name !== undefined ? [{ uuid, name }] : [];
  });
}
