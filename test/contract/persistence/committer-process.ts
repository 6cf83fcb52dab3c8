/* Run by committer.ts: commits and settles without end, and says what is on disk. */
import { openStore } from '../../../src/persistence/store.ts';
import { event, planning, settlement } from './records.ts';

const store = await openStore({ url: process.argv[2] ?? '', dataDir: 'unused' });
for (;;) {
  const stored = event();
  const { runs } = await store.journal.commit([stored], planning());
  const [run] = runs;
  if (!run) throw new Error('no run was planned');
  await store.journal.settle([settlement(run, { state: 'running', attempts: 0, startedAt: Date.now() })]);
  process.stdout.write(`${JSON.stringify({ event: stored.id, run: run.id })}\n`);
}
