import { describe, expect, it } from '@jest/globals';
import { startReceiver, type Responder } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';
import { wireWebhook } from '../support/wired-webhook.ts';

/** Shutting down does not wait for the hanging requests. */
const config = { limits: { shutdownGraceMs: 0 } };

const hang: Responder = () => new Promise(() => undefined);

const times = (count: number, key: string): readonly object[] =>
  Array.from({ length: count }, (_, n) => ({ type: 'vm.error', object: key, data: { n } }));

async function untilThereAre({ api }: TestSignalbox, count: number, state: string): Promise<void> {
  await waitFor(
    async () => (await api.runs(`?state=${state}&limit=500`)).length === count,
    () => `${String(count)} runs that are ${state}`,
  );
}

describe('a target that hangs', () => {
  it('delays no other one, and gets no more requests at one time than it may', async () => {
    await using hanging = await startReceiver({ respond: hang });
    await using healthy = await startReceiver();
    await using app = await startSignalbox({ config });
    await wireWebhook(app.api, { key: 'hanging', url: hanging.url, settings: { timeout: 120 } });
    await wireWebhook(app.api, { key: 'healthy', url: healthy.url });

    await app.api.request('POST', '/api/events', times(50, 'hanging'));
    await hanging.got(8);
    await app.api.request('POST', '/api/events', times(50, 'healthy'));
    await healthy.got(50);

    await untilThereAre(app, 50, 'succeeded');
    // What takes longer is shown as running.
    await untilThereAre(app, 8, 'running');
    await untilThereAre(app, 42, 'pending');
    expect(hanging.deliveries).toHaveLength(8);
  });

  it('delays no other one on the same host', async () => {
    await using receiver = await startReceiver({
      respond: (delivery, n) => (delivery.path === '/hanging' ? hang(delivery, n) : undefined),
    });
    await using app = await startSignalbox({ config });
    const hanging = await wireWebhook(app.api, { key: 'hanging', url: `${receiver.url}/hanging` });
    const healthy = await wireWebhook(app.api, { key: 'healthy', url: `${receiver.url}/healthy` });
    for (let i = 0; i < 20; i++) await hanging.fire();
    expect(await healthy.send()).toMatchObject({ state: 'succeeded' });
  });

  it('delays no other one even when it may have every place that there is', async () => {
    await using hanging = await startReceiver({ respond: hang });
    await using healthy = await startReceiver();
    await using app = await startSignalbox({
      config: { limits: { ...config.limits, maxConcurrentRuns: 8 } },
    });
    await wireWebhook(app.api, { key: 'hanging', url: hanging.url, settings: { timeout: 120 } });
    const other = await wireWebhook(app.api, { key: 'healthy', url: healthy.url });
    await app.api.request('POST', '/api/events', times(50, 'hanging'));
    await hanging.got(1);
    expect(await other.send()).toMatchObject({ state: 'succeeded' });
  });
});

describe('many targets that hang', () => {
  it('do not delay one that is healthy', async () => {
    await using hanging = await startReceiver({ respond: hang });
    await using healthy = await startReceiver();
    const keys = Array.from({ length: 10 }, (_, i) => `hanging-${String(i)}`);
    // Together they may have 80.
    await using app = await startSignalbox({
      config: { limits: { ...config.limits, maxConcurrentRuns: 40 } },
    });
    for (const key of keys) await wireWebhook(app.api, { key, url: hanging.url, settings: { timeout: 120 } });
    const other = await wireWebhook(app.api, { key: 'healthy', url: healthy.url });
    await app.api.request(
      'POST',
      '/api/events',
      keys.flatMap((key) => times(20, key)),
    );
    await hanging.got(20);
    for (let i = 0; i < 5; i++) expect(await other.send()).toMatchObject({ state: 'succeeded' });
    expect(new Set(hanging.deliveries.map(({ headers }) => headers['webhook-id'])).size).toBeLessThan(40);
  });
});

describe('a target that is slow', () => {
  it.each([1, 3])(
    'gets no more than its %i requests at one time, and each message once',
    async (concurrency) => {
      let [now, most] = [0, 0];
      await using receiver = await startReceiver({
        respond: async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 5));
          now--;
          return undefined;
        },
      });
      await using app = await startSignalbox();
      const task = { message: { n: '${event.data.n}' } };
      await wireWebhook(app.api, { url: receiver.url, settings: { concurrency }, task });
      await app.api.request('POST', '/api/events', times(40, 'hook'));
      await untilThereAre(app, 40, 'succeeded');
      expect(most).toBe(concurrency);
      expect(receiver.deliveries.map(({ body }) => body).sort()).toEqual(
        times(40, 'hook')
          .map((_, n) => JSON.stringify({ n }))
          .sort(),
      );
    },
  );

  it('gets its messages in the order in which they came, where it takes one at a time', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    const task = { message: '${event.data.n}' };
    await wireWebhook(app.api, { url: receiver.url, settings: { concurrency: 1 }, task });
    await app.api.request('POST', '/api/events', times(40, 'hook'));
    await receiver.got(40);
    expect(receiver.deliveries.map(({ body }) => Number(body))).toEqual(times(40, 'hook').map((_, n) => n));
  });

  it('delays no other one by a flood of messages', async () => {
    await using slow = await startReceiver({
      respond: () => new Promise((resolve) => setTimeout(resolve, 500, undefined)),
    });
    await using healthy = await startReceiver();
    await using app = await startSignalbox({ config });
    await wireWebhook(app.api, { key: 'slow', url: slow.url });
    const other = await wireWebhook(app.api, { key: 'healthy', url: healthy.url });
    await app.api.request('POST', '/api/events', times(1_000, 'slow'));
    expect(await other.send()).toMatchObject({ state: 'succeeded' });
    expect(slow.deliveries.length).toBeLessThan(1_000);
  });
});

describe('many targets', () => {
  it('get each message once', async () => {
    await using receiver = await startReceiver();
    const keys = Array.from({ length: 60 }, (_, i) => `hook-${String(i)}`);
    await using app = await startSignalbox({
      config: {
        tags: { 'hooks/all': null },
        objects: Object.fromEntries([
          ['vm/gpu', null],
          ...keys.map((key) => [
            `webhook/${key}`,
            { tags: ['hooks/all'], settings: { url: `${receiver.url}/${key}` } },
          ]),
        ]),
        tasks: {
          tell: {
            action: 'webhook.send',
            target: { tag: 'hooks/all' },
            settings: { message: '${event.data.n}' },
          },
        },
        triggers: { 'vm-error': { event: 'vm.error', task: 'tell' } },
      },
    });
    await app.api.request('POST', '/api/events', times(5, 'gpu'));
    await receiver.got(300);
    await untilThereAre(app, 300, 'succeeded');
    const arrived = receiver.deliveries.map(({ path, body }) => `${path} ${body}`).sort();
    const wanted = keys.flatMap((key) => times(5, key).map((_, n) => `/${key} ${String(n)}`)).sort();
    expect(arrived).toEqual(wanted);
  });
});
