import type { RunRecord } from '../../domain/records.ts';
import type { HistoryPort, Page, PageRequest } from '../../kernel/ports.ts';
import type { LiveChange } from '../../kernel/live/live-feed.ts';
import type { Selection } from './selection.ts';

/**
 * What is told was stored a moment before, and stamped before that: so much is gone back beyond the time that is asked
 * for, ms. What is told twice does no harm.
 */
const overlapMs = 5_000;
/** A run that was made before may have changed since; so far back it is looked for, ms and rows. */
const lookBackMs = 3_600_000;
const lookBackRows = 1_000;
const pageSize = 500;

interface Wanted {
  /** Epoch ms. */
  readonly since: number;
  readonly maxChanges: number;
  readonly selects: Selection;
}

interface TimedChange {
  readonly at: number;
  readonly change: LiveChange;
}

/** What has become durable since then, in the order of time, as it is now; undefined when it is too much. */
export async function changesSince(
  history: HistoryPort,
  { since, maxChanges, selects }: Wanted,
): Promise<readonly LiveChange[] | undefined> {
  const from = since - overlapMs;
  const events = await newest((page) => history.events(page), {
    enough: ({ receivedAt }) => receivedAt < from,
    rows: maxChanges,
  });
  const runs = await newest((page) => history.runs(page), {
    enough: ({ createdAt }) => createdAt < from - lookBackMs,
    rows: maxChanges + lookBackRows,
  });
  const missed = runs.items.filter((run) => changedAt(run) >= from);
  const runsAreAll = runs.complete || (runs.items.at(-1)?.createdAt ?? 0) < from;
  if (!events.complete || !runsAreAll || missed.length > maxChanges) return undefined;
  const changes = [
    ...events.items.map((event) => ({ at: event.receivedAt, change: { kind: 'event', event } as const })),
    ...(await runChanges(history, missed, { from, selects })),
  ];
  const selected = changes.filter(({ change }) => selects(change)).sort((a, b) => a.at - b.at);
  return selected.length > maxChanges ? undefined : selected.map(({ change }) => change);
}

/** Page by page, back to the first that is old enough; not complete when that is further than the rows go. */
async function newest<T extends { readonly id: string }>(
  read: (page: PageRequest) => Promise<Page<T>>,
  { enough, rows }: { readonly enough: (item: T) => boolean; readonly rows: number },
): Promise<{ readonly items: readonly T[]; readonly complete: boolean }> {
  const found: T[] = [];
  let cursor: string | undefined;
  while (found.length < rows) {
    const page = await read({ limit: pageSize, ...(cursor !== undefined && { cursor }) });
    const end = page.items.findIndex(enough);
    found.push(...(end === -1 ? page.items : page.items.slice(0, end)));
    if (end !== -1 || page.next === undefined) return { items: found, complete: true };
    cursor = page.next;
  }
  return { items: found, complete: false };
}

async function runChanges(
  history: HistoryPort,
  runs: readonly RunRecord[],
  { from, selects }: { readonly from: number; readonly selects: Selection },
): Promise<readonly TimedChange[]> {
  const contexts = await history.contexts(runs);
  const changes: TimedChange[] = [];
  for (const [i, run] of runs.entries()) {
    const event = contexts[i]?.event;
    const { finishedAt: latest = Infinity } = run;
    for (const attempt of run.attempts > 0 ? await history.attempts(run.id) : []) {
      // Both are rounded: an attempt does not end after its run.
      const at = Math.min(attempt.startedAt + attempt.durationMs, latest);
      const change = { kind: 'attempt', attempt, run, event } as const;
      if (at >= from && selects(change)) changes.push({ at, change });
    }
    changes.push({ at: changedAt(run, 0), change: { kind: 'run', run, event } });
  }
  return changes;
}

/** When it came into its state. Of one that has been tried and has not ended the disk does not say: `unknown`. */
function changedAt(run: RunRecord, unknown = Infinity): number {
  const { createdAt, startedAt = createdAt, finishedAt, attempts } = run;
  if (finishedAt !== undefined) return finishedAt;
  return attempts > 0 ? Math.max(startedAt, unknown) : startedAt;
}
