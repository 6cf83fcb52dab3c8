import { describe, expect, it } from '@jest/globals';
import { freePort } from '../support/servers.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };

describe('what was accepted before a restart', () => {
  it('is delivered after it, though the receiver was down all the while', async () => {
    using folder = temporaryFolder();
    const port = await freePort();
    const settings = {
      retries: 100,
      backoff: { first: 0.05, factor: 1, max: 0.05 },
      health: { holdAfter: 0 },
    };
    const options = {
      config: tellOps(`http://127.0.0.1:${String(port)}`, { settings }),
      data: folder.path,
    };
    const ids: string[] = [];
    let before = 0;
    {
      await using app = await startSignalbox(options);
      for (let i = 0; i < 20; i++) ids.push(await app.api.emit({ ...on, data: { i } }));
      const attempts = async () => (await app.api.runs()).reduce((sum, run) => sum + run.attempts, 0);
      await waitFor(
        async () => (before = await attempts()) >= 20,
        () => 'each to be tried',
      );
      const states = new Set((await app.api.runs()).map(({ state }) => state));
      expect([...states].every((state) => state === 'pending' || state === 'running')).toBe(true);
    }
    await using receiver = await startReceiver({ port });
    await using again = await startSignalbox(options);
    for (const id of ids) await again.api.runsOf(id, 'succeeded');
    // Each once: none of the attempts before had got through.
    const delivered = receiver.deliveries.map(({ headers }) => headers['webhook-id']);
    expect(new Set(delivered).size).toBe(20);
    expect(delivered).toHaveLength(20);
    const after = (await again.api.runs()).reduce((sum, run) => sum + run.attempts, 0);
    expect(after).toBeGreaterThanOrEqual(before + 20);
  });

  it('waits for its time, if it has one', async () => {
    using folder = temporaryFolder();
    let first = true;
    await using receiver = await startReceiver({
      respond: () => {
        const refused = first;
        first = false;
        return refused ? { status: 503, headers: { 'retry-after': '2' } } : undefined;
      },
    });
    const options = { config: tellOps(receiver.url), data: folder.path };
    let id: string;
    let dueAt: string;
    {
      await using app = await startSignalbox(options);
      id = await app.api.emit(on);
      const [run] = await waitFor(
        async () => {
          const runs = await app.api.runs();
          return runs[0]?.attempts === 1 && runs;
        },
        () => 'the first attempt',
      );
      dueAt = run!.dueAt;
    }
    await using again = await startSignalbox(options);
    await again.api.runsOf(id, 'succeeded');
    const [, second] = (await again.api.run((await again.api.runs())[0]!.id)).attemptLog as unknown as {
      startedAt: string;
    }[];
    expect(Date.parse(second!.startedAt)).toBeGreaterThanOrEqual(Date.parse(dueAt));
  });

  it('is all there: events, runs and attempts', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver({
      respond: (_, n) => (n % 2 === 0 ? { status: 400 } : undefined),
    });
    const options = { config: tellOps(receiver.url), data: folder.path };
    const history = async ({ api }: Awaited<ReturnType<typeof startSignalbox>>) => {
      const runs = await api.runs();
      const details = await Promise.all(runs.map(({ id }) => api.run(id)));
      return { events: (await api.get('/api/events')).body, runs, details };
    };
    let before: unknown;
    {
      await using app = await startSignalbox(options);
      for (const object of ['a', 'b', 'c', 'd']) await app.api.runsOf(await app.api.emit({ ...on, object }));
      await app.api.emit({ type: 'vm.error', object: 'e', data: { message: 'no task' } });
      before = await history(app);
    }
    await using again = await startSignalbox(options);
    expect(await history(again)).toEqual(before);
  });
});
