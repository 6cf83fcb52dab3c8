import { describe, expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startHttpServer } from '../support/servers.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { wireWebhook } from '../support/wired-webhook.ts';

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('by HTTP %i is not followed: the run fails at once', async (status) => {
    await using elsewhere = await startHttpServer();
    await using receiver = await startReceiver({
      respond: () => ({ status, headers: { location: `${elsewhere.url}/here` } }),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url });
    const run = await webhook.send();
    expect(run).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: `HTTP ${String(status)} from 127.0.0.1:${String(receiver.port)}: redirects are not followed; it points to ${elsewhere.url}/here`,
    });
    expect(run.attemptLog[0]!.received).toMatchObject({ status });
    expect(receiver.deliveries).toHaveLength(1);
    expect(elsewhere.connections).toBe(0);
  });

  it('to itself is not followed either', async () => {
    await using receiver = await startReceiver({
      respond: () => ({ status: 307, headers: { location: '/again' } }),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url });
    expect(await webhook.send()).toMatchObject({ state: 'failed', attempts: 1 });
    expect(receiver.deliveries).toHaveLength(1);
  });

  it.each([300, 304])('without an address (HTTP %i) fails as well', async (status) => {
    await using receiver = await startReceiver({ respond: () => ({ status, body: '' }) });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url });
    expect(await webhook.send()).toMatchObject({ state: 'failed', attempts: 1 });
  });
});
