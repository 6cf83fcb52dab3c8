import { describe, expect, it } from '@jest/globals';
import { startReceiver, type Responder } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitsAfter, wiredWebhook, wireWebhook } from '../support/wired-webhook.ts';

const atOnce = { limits: { shutdownGraceMs: 0 } };

/** Never answers the first request. */
const hangOnce: Responder = (_, n) => (n === 1 ? new Promise(() => undefined) : undefined);

describe('a delivery that a shutdown cuts off', () => {
  it('is put back without an attempt counted, and sent after the next start', async () => {
    await using receiver = await startReceiver({ respond: hangOnce });
    using folder = temporaryFolder();
    let id: string;
    {
      await using app = await startSignalbox({ data: folder.path, config: atOnce });
      const webhook = await wireWebhook(app.api, { url: receiver.url });
      id = await webhook.fire();
      await webhook.run(id, ({ state }) => state === 'running');
    }
    await using app = await startSignalbox({ data: folder.path });
    const run = await wiredWebhook(app.api).run(id);
    expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(run.attemptLog).toMatchObject([{ number: 1, outcome: 'succeeded' }]);
    expect(receiver.deliveries.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
  });

  it('keeps its place, and the queue behind it its order', async () => {
    await using receiver = await startReceiver({ respond: hangOnce });
    using folder = temporaryFolder();
    {
      await using app = await startSignalbox({ data: folder.path, config: atOnce });
      await wireWebhook(app.api, {
        url: receiver.url,
        settings: { concurrency: 1 },
        task: { message: '${event.data.n}' },
      });
      const events = Array.from({ length: 30 }, (_, n) => ({
        type: 'vm.error',
        object: 'hook',
        data: { n },
      }));
      await app.api.request('POST', '/api/events', events);
      await receiver.got(1);
    }
    await using app = await startSignalbox({ data: folder.path });
    await app.api.runsIn('succeeded', 30);
    const [first, ...later] = receiver.deliveries.map(({ body }) => Number(body));
    expect(first).toBe(0);
    expect(later).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });
});

describe('a delivery that ends while a shutdown waits', () => {
  it('counts, and is not sent again', async () => {
    let answer = (): void => undefined;
    await using receiver = await startReceiver({
      respond: () => new Promise((resolve) => (answer = () => resolve({ status: 201 }))),
    });
    using folder = temporaryFolder();
    let id: string;
    {
      await using app = await startSignalbox({ data: folder.path });
      const webhook = await wireWebhook(app.api, { url: receiver.url });
      id = await webhook.fire();
      await receiver.got(1);
      const stopped = app.running.stop();
      setTimeout(answer, 100);
      await stopped;
    }
    await using app = await startSignalbox({ data: folder.path });
    expect(await app.api.run(id)).toMatchObject({
      state: 'succeeded',
      attempts: 1,
      attemptLog: [{ received: { status: 201 } }],
    });
    expect(receiver.deliveries).toHaveLength(1);
  });
});

describe('a restart', () => {
  it('forgets no run that waits for its next attempt, and counts on', async () => {
    await using receiver = await startReceiver({
      respond: (_, n) => (n === 1 ? { status: 503, headers: { 'retry-after': '1' } } : undefined),
    });
    using folder = temporaryFolder();
    let id: string;
    {
      await using app = await startSignalbox({ data: folder.path });
      const webhook = await wireWebhook(app.api, {
        url: receiver.url,
        settings: { backoff: { first: 0.01 } },
      });
      id = await webhook.fire();
      await webhook.run(id, waitsAfter(1));
    }
    await using app = await startSignalbox({ data: folder.path });
    const run = await wiredWebhook(app.api).run(id);
    expect(run).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect(run.attemptLog).toMatchObject([{ number: 1, outcome: 'retrying' }, { number: 2 }]);
  });

  it('forgets no run that is held', async () => {
    await using receiver = await startReceiver();
    using folder = temporaryFolder();
    let id: string;
    {
      await using app = await startSignalbox({ data: folder.path });
      const webhook = await wireWebhook(app.api, { url: receiver.url });
      await app.api.request('PATCH', webhook.path, { enabled: false });
      id = await webhook.fire();
      await webhook.run(id, ({ state }) => state === 'held');
    }
    await using app = await startSignalbox({ data: folder.path });
    const webhook = wiredWebhook(app.api);
    expect(await app.api.run(id)).toMatchObject({ state: 'held', reason: 'target_disabled' });
    await app.api.request('PATCH', webhook.path, { enabled: true });
    expect(await webhook.run(id)).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(receiver.deliveries).toHaveLength(1);
  });
});
