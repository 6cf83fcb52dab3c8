import { describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';
import { wireWebhook, type WiredWebhook } from '../support/wired-webhook.ts';

async function isEnabled(api: ApiClient, { path }: WiredWebhook): Promise<boolean> {
  return (await api.get<{ enabled: boolean }>(path)).body.enabled;
}

async function untilDisabled(api: ApiClient, webhook: WiredWebhook): Promise<void> {
  await waitFor(
    async () => !(await isEnabled(api, webhook)),
    () => 'the webhook to be disabled',
  );
}

describe('a webhook that is answered with HTTP 410', () => {
  it('is disabled, and the run has failed', async () => {
    await using receiver = await startReceiver({ respond: () => ({ status: 410 }) });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url });
    const run = await webhook.send();
    expect(run).toMatchObject({ state: 'failed', attempts: 1, reason: expect.stringContaining('HTTP 410') });
    await untilDisabled(app.api, webhook);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('holds what comes later, and sends it once it is enabled', async () => {
    await using receiver = await startReceiver({
      respond: (_, n) => (n === 1 ? { status: 410 } : undefined),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, {
      url: receiver.url,
      task: { message: { n: '${event.data.n}' } },
    });
    await webhook.send({ n: 0 });
    await untilDisabled(app.api, webhook);
    const ids = await Promise.all([1, 2, 3].map((n) => webhook.fire({ n })));
    for (const id of ids) {
      expect(await webhook.run(id, ({ state }) => state === 'held')).toMatchObject({
        reason: 'target_disabled',
        attempts: 0,
      });
    }
    expect(receiver.deliveries).toHaveLength(1);

    await app.api.request('PATCH', webhook.path, { enabled: true });
    for (const id of ids) expect(await webhook.run(id)).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(receiver.deliveries.map(({ body }) => body).sort()).toEqual(
      [0, 1, 2, 3].map((n) => JSON.stringify({ n })),
    );
  });

  it('sends nothing more of what was waiting already', async () => {
    await using receiver = await startReceiver({ respond: () => ({ status: 410 }) });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings: { concurrency: 1 } });
    const events = Array.from({ length: 20 }, () => ({ type: 'vm.error', object: 'hook' }));
    await app.api.request('POST', '/api/events', events);
    await untilDisabled(app.api, webhook);
    await app.api.runsIn('held', 19);
    expect(receiver.deliveries).toHaveLength(1);
    expect(await app.api.runsIn('failed')).toHaveLength(1);
  });

  it('keeps the settings that it has', async () => {
    await using receiver = await startReceiver({ respond: () => ({ status: 410 }) });
    await using app = await startSignalbox();
    const settings = { auth: { type: 'bearer', token: 'still-there' }, timeout: 10 };
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings });
    await webhook.send();
    await untilDisabled(app.api, webhook);
    await app.api.request('PATCH', webhook.path, { enabled: true });
    await webhook.send();
    expect(receiver.deliveries[1]!.headers.authorization).toBe('Bearer still-there');
  });

  it('stays enabled if it was given another address meanwhile', async () => {
    let answer = (): void => undefined;
    await using receiver = await startReceiver({
      respond: ({ path }) =>
        path === '/new' ? undefined : new Promise((resolve) => (answer = () => resolve({ status: 410 }))),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: `${receiver.url}/old` });
    const id = await webhook.fire();
    await receiver.got(1);
    await app.api.put(webhook.path, { settings: { url: `${receiver.url}/new` } });
    answer();
    expect(await webhook.run(id)).toMatchObject({ state: 'failed' });
    expect(await webhook.send()).toMatchObject({ state: 'succeeded' });
    expect(await isEnabled(app.api, webhook)).toBe(true);
  });
});
