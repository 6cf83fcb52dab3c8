import { MetricSet } from '../api/metrics/metric-set.ts';
import { markdownTable } from './markdown-table.ts';

/** Every metric of Signalbox itself. */
export function metricTable(): string {
  const set = new MetricSet({
    load: () => ({ active: 0, lanes: 0, deepestLane: 0, inMemory: 0, unsettled: 0 }),
    plugins: () => [],
    unfinished: () => Promise.resolve({ pending: 0, running: 0, held: 0 }),
  });
  const rows = set
    .describe()
    .map(({ name, kind, labels, help }) => [
      `\`${name}\``,
      kind,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]);
  return markdownTable(['metric', 'kind', 'labels', 'meaning'], rows);
}
