import { describe, expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { waitsAfter, wireWebhook } from '../support/wired-webhook.ts';

describe('a run whose attempts are used up', () => {
  it('has failed and stays, with all its attempts', async () => {
    await using receiver = await startReceiver({ respond: () => ({ status: 500 }) });
    await using app = await startSignalbox();
    const settings = { retries: 4, backoff: { first: 0.01, factor: 1 } };
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings });
    const run = await webhook.send();
    expect(run).toMatchObject({ state: 'failed', attempts: 5, reason: expect.stringContaining('HTTP 500') });
    expect(run.attemptLog.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'retrying'],
      [2, 'retrying'],
      [3, 'retrying'],
      [4, 'retrying'],
      [5, 'failed'],
    ]);
    expect(receiver.deliveries).toHaveLength(5);
    expect(await app.api.runs('?state=failed')).toMatchObject([{ id: run.id }]);
  });

  it('comes after the first attempt when the webhook has no retries', async () => {
    await using receiver = await startReceiver({ respond: () => ({ status: 500 }) });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings: { retries: 0 } });
    expect(await webhook.send()).toMatchObject({ state: 'failed', attempts: 1 });
    expect(receiver.deliveries).toHaveLength(1);
  });
});

describe('retrying a run', () => {
  it('sends it once more, under the same id', async () => {
    await using receiver = await startReceiver({ respond: () => ({ status: 500 }) });
    await using app = await startSignalbox();
    const settings = { retries: 1, backoff: { first: 0.01 } };
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings });
    const { id } = await webhook.send();
    expect(await app.api.request('POST', `/api/runs/${id}/retry`)).toMatchObject({
      status: 202,
      body: { id, state: 'pending' },
    });
    const again = await webhook.run(id, ({ state, attempts }) => state === 'failed' && attempts > 2);
    expect(again.attempts).toBe(3);
    expect(again.attemptLog.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(receiver.deliveries.map(({ headers }) => headers['webhook-id'])).toEqual([id, id, id]);
  });

  it('sends by the settings as they are now', async () => {
    await using receiver = await startReceiver({
      respond: ({ path }) => ({ status: path === '/right' ? 200 : 404 }),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: `${receiver.url}/wrong` });
    const { id } = await webhook.send();
    await app.api.put(webhook.path, { settings: { url: `${receiver.url}/right` } });
    const settings = { message: { corrected: true } };
    await app.api.put('/api/tasks/hook', { action: 'webhook.send', target: { object: 'hook' }, settings });
    await app.api.request('POST', `/api/runs/${id}/retry`);
    expect(await webhook.run(id, ({ state }) => state === 'succeeded')).toMatchObject({ attempts: 2 });
    expect(receiver.deliveries[1]).toMatchObject({ path: '/right', body: '{"corrected":true}' });
  });

  it('is refused for what has succeeded or is going to be tried anyway', async () => {
    await using receiver = await startReceiver({
      respond: (_, n) => (n === 1 ? undefined : { status: 503, headers: { 'retry-after': '600' } }),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url });
    const succeeded = await webhook.send();
    const waiting = await webhook.run(await webhook.fire(), waitsAfter(1));
    for (const { id } of [succeeded, waiting]) {
      expect(await app.api.request('POST', `/api/runs/${id}/retry`)).toMatchObject({
        status: 409,
        body: { code: 'RUN_NOT_RETRYABLE' },
      });
    }
    expect(receiver.deliveries).toHaveLength(2);
  });
});
