import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import { root, temporaryFolder } from './node-process.ts';
import { startServer, type Server } from './server-process.ts';

const fixtures = join(root, 'test/fixtures/plugins');

/** Plugins that fail, and the reason that must be shown. */
const failing = {
  'crashes-at-start': 'no serial port',
  'crashes-later': 'serial port lost',
  'misfit-data': 'data.bar: must be a number',
  'rejects-in-background': 'nobody awaits this',
  'throws-in-timer': 'nobody catches this',
  'throws-at-health': 'nobody catches what health throws',
};

interface Status {
  readonly name: string;
  readonly state: string;
  readonly reason?: string;
  readonly restarts: number;
}

async function statuses({ api }: Server): Promise<ReadonlyMap<string, Status>> {
  const { body } = await api.get<{ items: readonly Status[] }>('/api/plugins');
  return new Map(body.items.map((status) => [status.name, status]));
}

async function lastTick({ api }: Server): Promise<string | undefined> {
  const path = '/api/events?type=heartbeat.ticked&limit=1';
  return (await api.get<{ items: readonly { id: string }[] }>(path)).body.items[0]?.id;
}

it('marks plugins down that fail in any way, with the reason, while everything else goes on', async () => {
  using folder = temporaryFolder();
  await using server = await startServer(
    {
      plugins: [
        'vm',
        { use: join(fixtures, 'heartbeat'), settings: { everyMs: 20 } },
        ...Object.keys(failing).map((name) => join(fixtures, 'bad', name)),
        join(fixtures, 'bad/hangs-at-start'),
        join(fixtures, 'bad/leaves-a-timer-at-import'),
      ],
    },
    folder.path,
  );
  for (const [name, reason] of Object.entries(failing)) {
    const failed = await waitFor(
      async () => (await statuses(server)).get(name)?.reason,
      () => `${name} to fail`,
    );
    expect(failed).toContain(reason);
    await waitFor(
      async () => ((await statuses(server)).get(name)?.restarts ?? 0) > 0,
      () => `${name} to be started again`,
    );
  }
  // It fails but once, and nobody may have seen it down.
  await waitFor(
    async () => (await statuses(server)).get('leaves-a-timer-at-import')?.restarts === 1,
    () => 'a plugin to be started again whose module has left a timer that throws',
  );
  const states = await statuses(server);
  expect(states.get('hangs-at-start')?.state).toBe('starting');
  expect(states.get('vm')?.state).toBe('up');
  expect(states.get('heartbeat')).toMatchObject({ state: 'up', restarts: 0 });

  const last = await lastTick(server);
  await waitFor(
    async () => (await lastTick(server)) !== last,
    () => 'the heart to beat on',
  );
});
