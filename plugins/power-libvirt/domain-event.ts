import type { MachineReport } from 'signalbox/sdk';

/** A line of `virsh event`. */
export interface DomainEvent {
  readonly time: Date;
  /** `lifecycle`, `reboot` … */
  readonly kind: string;
  readonly name: string;
  /** `Started Booted` of a lifecycle event. */
  readonly detail: string;
}

// virsh quotes the names only since 4.7. The last part is libvirt's own words, without colons.
const line =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+)([+-]\d\d)(\d\d): event '([a-z-]+)' for domain (?:'(.*?)'|(.*?))(?:: ([^:]*))?$/;

/** Undefined for whatever else virsh prints. */
export function parseEvent(text: string): DomainEvent | undefined {
  const [, day, clock, hours, minutes, kind, quoted, bare, detail = ''] = line.exec(text) ?? [];
  const name = quoted ?? bare;
  if (kind === undefined || name === undefined) return undefined;
  const time = new Date(`${day}T${clock}${hours}:${minutes}`);
  return Number.isNaN(time.getTime()) ? undefined : { time, kind, name, detail };
}

type Told = Pick<MachineReport, 'event' | 'data' | 'state'>;

/** What an event of libvirt says of a VM; nothing when it says nothing of its power, life or errors. */
export function meaningOf({ kind, detail }: Pick<DomainEvent, 'kind' | 'detail'>): readonly Told[] {
  switch (kind) {
    case 'lifecycle':
      return lifecycle(detail);
    case 'reboot':
      return [{ event: 'reset', data: { reason: 'reboot' } }];
    case 'watchdog':
      return [{ event: 'error', data: { message: `its watchdog has gone off: ${detail}` } }];
    case 'io-error-reason':
      return [{ event: 'error', data: { message: `I/O error: ${detail}` } }];
    case 'control-error':
      return [{ event: 'error', data: { message: 'libvirt has lost its hold on it' } }];
    default:
      return [];
  }
}

function lifecycle(detail: string): readonly Told[] {
  const [what = '', ...rest] = detail.split(' ');
  const reason = rest.join(' ').toLowerCase();
  const data = { reason };
  switch (what) {
    case 'Defined':
      return reason === 'added' ? [{ event: 'created', data }] : [];
    case 'Undefined':
      return reason === 'removed' ? [{ event: 'deleted', data }] : [];
    case 'Started':
      if (reason === 'migrated') return [changed({ to: 'running', reason, state: 'on' })];
      return [{ event: 'power_on', data }];
    case 'Stopped':
      // It runs on, somewhere else.
      if (reason === 'migrated') return [changed({ to: 'migrated', reason, state: 'off' })];
      return [...failures(what, reason), { event: 'power_off', data }];
    case 'Suspended':
      return [...failures(what, reason), changed({ to: 'paused', reason, state: 'paused' })];
    case 'PMSuspended':
      return [changed({ to: 'pmsuspended', reason, state: 'paused' })];
    case 'Resumed':
      return [changed({ to: 'running', reason, state: 'on' })];
    case 'Shutdown':
      return [changed({ to: 'in shutdown', reason })];
    case 'Crashed':
      return [{ event: 'error', data: { message: `crashed: ${reason}` }, state: 'paused' }];
    default:
      return [];
  }
}

const failed = /^(?:crashed|failed|i\/o error|watchdog|api error|post-copy error)$/;

function failures(what: string, reason: string): readonly Told[] {
  return failed.test(reason)
    ? [{ event: 'error', data: { message: `${what.toLowerCase()}: ${reason}` } }]
    : [];
}

interface Change extends Pick<Told, 'state'> {
  readonly to: string;
  readonly reason: string;
}

function changed({ state, ...data }: Change): Told {
  return { event: 'status_change', data: { ...data }, ...(state && { state }) };
}
