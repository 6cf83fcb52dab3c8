import type { Load } from './load.ts';
import { clientId } from './ledger.ts';
import type { Rig } from './rig.ts';

/** Right after a crash and before anything is sent again: what was accepted is there, batches are whole or absent. */
export async function checkRound({ api, ledger, findings }: Rig, load: Load, since: Date): Promise<void> {
  const stored = new Map<string, string>();
  for await (const { sourceId = '', id } of api.events(since)) stored.set(sourceId, id);
  const first = load.firstNew;
  for (const event of ledger.events.slice(first)) {
    if (event.accepted && !stored.has(clientId(event)))
      findings.add(`event ${event.n} had been accepted and is missing after the restart`);
  }
  for (const batch of load.batches) {
    const count = batch.filter((event) => stored.has(clientId(event))).length;
    if (count !== 0 && count !== batch.length)
      findings.add(`of the batch of event ${batch[0]?.n ?? ''}, ${count} of ${batch.length} are stored`);
  }
}
