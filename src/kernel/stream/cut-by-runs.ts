import type { EventRecord } from '../../domain/records.ts';

/** Runs that one transaction is to store, about. It takes a tenth of a second, in which nothing else happens. */
const runsOfPart = 5_000;

/** Cuts a group so that the runs that its events may cause fit into transactions of a bearable size. */
export function* cutByRuns<Arrival extends { readonly events: readonly EventRecord[] }>(
  group: readonly Arrival[],
  mostRuns: (event: EventRecord) => number,
): Generator<readonly Arrival[]> {
  let part: Arrival[] = [];
  let runs = 0;
  for (const arrival of group) {
    const more = arrival.events.reduce((sum, event) => sum + mostRuns(event), 0);
    if (part.length > 0 && runs + more > runsOfPart) {
      yield part;
      part = [];
      runs = 0;
    }
    part.push(arrival);
    runs += more;
  }
  if (part.length > 0) yield part;
}
