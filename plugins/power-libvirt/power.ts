import type { JsonObject, PowerAction } from 'signalbox/sdk';
import type { Found } from './domain-states.ts';
import { domainState } from './domain.ts';
import { virsh, type Hypervisor } from './virsh.ts';

/** libvirt says that it is so already. */
const alreadySo: Readonly<Record<PowerAction, RegExp | undefined>> = {
  power_on: /already (?:active|running)/i,
  power_off: /not running/i,
  kill: /not running/i,
  reset: undefined,
};

/** Has libvirt do it; gives the command and what was noteworthy. */
export async function switchDomain(
  hypervisor: Hypervisor,
  { action, ...domain }: Found & { readonly action: PowerAction },
): Promise<JsonObject> {
  const { uuid } = domain;
  const command = await commandFor(action, hypervisor, domain);
  try {
    await virsh(hypervisor, command, '--domain', uuid);
    return { command };
  } catch (error) {
    if (error instanceof Error && alreadySo[action]?.test(error.message) === true)
      return { command, note: error.message };
    throw error;
  }
}

async function commandFor(
  action: PowerAction,
  hypervisor: Hypervisor,
  { uuid, state }: Found,
): Promise<string> {
  switch (action) {
    case 'power_on':
      if (state === 'off') return 'start';
      return wake[await domainState(hypervisor, uuid)] ?? 'start';
    case 'power_off':
      return 'shutdown';
    case 'kill':
      return 'destroy';
    case 'reset':
      return 'reset';
  }
}

/** What stands still is on for libvirt, and cannot be started. */
const wake: Readonly<Record<string, string>> = { paused: 'resume', pmsuspended: 'dompmwakeup' };
