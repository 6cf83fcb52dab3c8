import { describe, expect, it } from '@jest/globals';
import { startHttpServer, startTcpServer } from '../support/servers.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { refusedWebhook, wireWebhook } from '../support/wired-webhook.ts';

const settings = { timeout: 3, retries: 0 };

// Three seconds is the shortest there is; they pass side by side.
describe('the timeout of a webhook', () => {
  it.concurrent('ends an attempt that gets no answer, and the connection with it', async () => {
    let cut = false;
    await using server = await startHttpServer((_request, response) => {
      response.on('close', () => (cut = true));
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: server.url, settings });
    const startedAt = Date.now();
    const run = await webhook.send();
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2_990);
    expect(run).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: `127.0.0.1:${String(server.port)} timed out after 3000 ms while waiting for the answer`,
    });
    expect(run.attemptLog[0]).toMatchObject({
      number: 1,
      outcome: 'failed',
      sent: { body: '{"text":"Webhook"}' },
    });
    expect(run.attemptLog[0]).not.toHaveProperty('received');
    expect({ requests: server.requests.length, cut }).toEqual({ requests: 1, cut: true });
  });

  it.concurrent('ends an attempt whose answer drips for ever', async () => {
    await using server = await startTcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      const drip = setInterval(() => socket.write('.'), 100);
      socket.on('close', () => {
        clearInterval(drip);
      });
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: server.url, settings });
    expect(await webhook.send()).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: `127.0.0.1:${String(server.port)} timed out after 3000 ms while reading the answer`,
    });
  });

  it.concurrent('is followed by the next attempt', async () => {
    let connections = 0;
    await using server = await startHttpServer((_request, response) => {
      if (++connections > 1) response.end();
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, {
      url: server.url,
      settings: { timeout: 3, backoff: { first: 0.01 } },
    });
    const run = await webhook.send();
    expect(run).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect(run.attemptLog).toMatchObject([{ error: expect.stringContaining('timed out') }, {}]);
    expect(server.requests).toHaveLength(2);
  });

  it.each([2.9, 121, '5'])('cannot be %j', async (timeout) => {
    await using app = await startSignalbox();
    const problem = await refusedWebhook(app.api, { timeout });
    expect(problem).toMatchObject({ code: 'SETTINGS_INVALID', field: 'settings.timeout' });
    expect(problem.detail).toContain('must be 3 to 120 seconds');
  });
});
