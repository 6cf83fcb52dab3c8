import { PermanentError, RetryableError, type JsonObject, type PowerAction } from 'signalbox/sdk';
import { start, type Access } from './api.ts';
import { pathOf, type Guest } from './guest.ts';
import { endOf } from './task.ts';

type Call = 'start' | 'shutdown' | 'stop' | 'reset';

const calls = { power_on: 'start', power_off: 'shutdown', kill: 'stop', reset: 'reset' } as const;

/** Carries an action out and waits for the end of its task. */
export async function switchGuest(action: PowerAction, guest: Guest, access: Access): Promise<JsonObject> {
  if (action === 'reset' && guest.type === 'lxc') return restart(guest, access);
  return run(calls[action], guest, access);
}

/** There is no reset for containers; this is what it would do. One that is off stays off, as a VM does. */
async function restart(guest: Guest, access: Access): Promise<JsonObject> {
  const { note } = await run('stop', guest, access);
  if (typeof note === 'string') throw new PermanentError(note);
  try {
    return await run('start', guest, access);
  } catch (cause) {
    if (!(cause instanceof RetryableError)) throw cause;
    // Something has happened: this is no more to be tried again as a whole.
    throw new PermanentError(`the container was stopped, but not started again: ${cause.message}`, { cause });
  }
}

async function run(call: Call, guest: Guest, access: Access): Promise<JsonObject> {
  const place = { guest: `${guest.type}/${guest.vmid}`, node: guest.node };
  const started = await start(access, `${pathOf(guest)}/${call}`);
  if ('refused' in started) {
    const { refused } = started;
    if (isAlready(call, refused)) return { ...place, note: refused };
    throw isOff(refused) ? new PermanentError(refused) : new RetryableError(refused);
  }
  const { upid } = started;
  const exit = await endOf(upid, access);
  if (exit === 'OK' || exit.startsWith('WARNINGS:')) return { ...place, task: upid, exit };
  if (isAlready(call, exit)) return { ...place, task: upid, note: exit };
  const problem = `${call} of ${place.guest} on ${guest.node} failed: ${exit}`;
  // Another task has the guest: a backup, a migration, a snapshot.
  if (/can't lock file|is locked \(/.test(exit)) throw new RetryableError(problem);
  throw new PermanentError(problem);
}

/** The guest is as it should be without a task. One that is off cannot be reset. */
function isAlready(call: Call, reason: string): boolean {
  return call === 'start' ? / already running$/.test(reason) : call !== 'reset' && isOff(reason);
}

function isOff(reason: string): boolean {
  return / not running$/.test(reason);
}
