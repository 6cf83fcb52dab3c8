import { expect, it } from '@jest/globals';
import { problem } from '../support/problem.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';

it('more events than can wait are answered with 503; those with 202 are all there, and no other', async () => {
  await using app = await startSignalbox({
    config: {
      ...tellOps('https://example.com', { webhook: { enabled: false } }),
      limits: { maxWaitingEvents: 3, ingestPatienceMs: 0 },
    },
  });
  const accepted: string[] = [];
  const refused: unknown[] = [];
  const post = async (id: string): Promise<void> => {
    const event = { type: 'vm.power_on', object: 'gpu-01', source: 'burst', id };
    const { status, headers, body } = await app.api.request('POST', '/api/events', event);
    if (status === 202) accepted.push(id);
    else refused.push({ status, body, wait: headers.get('retry-after') });
  };
  // One burst is enough, as a rule; how quick the disk is nobody knows.
  for (let burst = 0; burst < 4 && (refused.length === 0 || accepted.length === 0); burst++) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => post(`${String(burst)}-${String(i)}`)));
  }
  expect(accepted.length).toBeGreaterThan(0);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused)
    expect(answer).toMatchObject({ ...problem('OVERLOADED'), wait: expect.stringMatching(/^[1-9]\d*$/) });

  const { body } = await app.api.get<{ items: { sourceId: string }[] }>('/api/events?limit=500');
  expect(body.items.map(({ sourceId }) => sourceId).sort()).toEqual(accepted.sort());
  expect(await app.api.runs('?limit=500')).toHaveLength(accepted.length);

  // It is over as soon as the burst is.
  await app.api.emit({ type: 'vm.power_on', object: 'gpu-01', source: 'burst', id: 'afterwards' });
});

it('a sender waits for its turn before it is turned away', async () => {
  await using app = await startSignalbox({
    config: { limits: { maxWaitingEvents: 1, ingestPatienceMs: 20_000 } },
  });
  const posts = Array.from({ length: 100 }, (_, i) =>
    app.api.publish({ type: 'vm.error', object: 'gpu-01', data: { i } }),
  );
  const ids = new Set((await Promise.all(posts)).map(({ id }) => id));
  expect(ids.size).toBe(100);
});
