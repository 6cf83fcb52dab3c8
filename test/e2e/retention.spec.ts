import { describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { waitsAfter, wiredWebhook, wireWebhook } from '../support/wired-webhook.ts';

async function statuses(api: ApiClient, paths: readonly string[]): Promise<readonly number[]> {
  return Promise.all(paths.map(async (path) => (await api.get(path)).status));
}

describe('retention', () => {
  it('keeps the newest events and runs, and what has not ended, however old', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver({
      respond: ({ path }) =>
        path === '/busy' ? { status: 503, headers: { 'retry-after': '600' } } : { status: 200 },
    });
    const waiting: string[] = [];
    const done: string[] = [];
    {
      await using app = await startSignalbox({ data: folder.path });
      const busy = await wireWebhook(app.api, { key: 'busy', url: `${receiver.url}/busy` });
      const off = await wireWebhook(app.api, { key: 'off', url: `${receiver.url}/off` });
      await app.api.request('PATCH', off.path, { enabled: false });
      const ok = await wireWebhook(app.api, { key: 'ok', url: `${receiver.url}/ok` });
      waiting.push((await busy.run(await busy.fire(), waitsAfter(1))).id);
      waiting.push((await off.run(await off.fire(), ({ state }) => state === 'held')).id);
      for (let n = 0; n < 40; n++) done.push((await ok.send()).id);
    }

    await using app = await startSignalbox({ data: folder.path, env: { SIGNALBOX_RETENTION_ROWS: '25' } });
    const { api } = app;
    const ids = async (path: string) =>
      (await api.get<{ items: readonly { id: string }[] }>(path)).body.items.map(({ id }) => id);
    const kept = [...waiting, ...done.slice(-25)].toReversed();
    await waitFor(
      async () => (await ids('/api/events?limit=100')).length === kept.length,
      () => `${String(kept.length)} events`,
    );
    expect(await ids('/api/runs?limit=100')).toEqual(kept);
    expect(await statuses(api, [`/api/runs/${done[0]!}`, `/api/runs/${done[15]!}`])).toEqual([404, 200]);
    for (const id of kept) {
      const { event, attemptLog, state } = await api.run(id);
      expect(await statuses(api, [`/api/events/${event.id}`])).toEqual([200]);
      expect(attemptLog).toHaveLength(state === 'held' ? 0 : 1);
    }

    // What was held can still go out.
    await api.request('PATCH', '/api/objects/webhook/off', { enabled: true });
    const released = await wiredWebhook(api, 'off').run(waiting[1]!);
    expect(released).toMatchObject({ state: 'succeeded', attempts: 1 });
  });
});
