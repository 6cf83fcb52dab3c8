import { audit, type Tally } from './audit.ts';
import type { Rig } from './rig.ts';

/** What is still open is sent again, what waits is carried out, then the books are compared. Nothing is restarted. */
export async function settle(rig: Rig): Promise<Tally> {
  if (!(await rig.load().finish(60_000)))
    rig.findings.add(`${rig.ledger.open} events are still not accepted a minute after the last trouble`);
  if (!(await rig.drained())) rig.findings.add('runs wait without end although nothing holds them back');
  rig.checkAlive();
  return audit(rig);
}
