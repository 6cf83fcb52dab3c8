import type { Result, Tally } from './audit.ts';
import type { Rig } from './rig.ts';

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

/** How things stand, in half a line. */
export function summary({ ledger, deliveries }: Rig): string {
  return [
    `accepted ${ledger.accepted}`,
    `stored unanswered ${ledger.foundStored}`,
    `delivered runs ${deliveries.taken}`,
    `delivered again ${deliveries.repeated}`,
  ].join(', ');
}

export function add(a: Result, b: Result): Result {
  return {
    rounds: a.rounds + b.rounds,
    accepted: a.accepted + b.accepted,
    delivered: a.delivered + b.delivered,
    pending: a.pending + b.pending,
    lost: a.lost + b.lost,
  };
}

export function tallyText({ accepted, delivered, pending, lost }: Tally): string {
  return `${accepted} accepted, ${delivered} delivered, ${pending} pending, ${lost} lost`;
}
