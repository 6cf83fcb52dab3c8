import { describe, expect, it } from '@jest/globals';
import { startHttpServer, startHttpsServer } from '../support/servers.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { wireWebhook } from '../support/wired-webhook.ts';

describe('a receiver with a self-signed certificate', () => {
  it('gets nothing, unless insecure certificates are allowed', async () => {
    await using server = await startHttpsServer();
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: server.url, settings: { retries: 0 } });
    expect(await webhook.send()).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: `TLS certificate of 127.0.0.1:${String(server.port)} is not trusted (self-signed); allow insecure certificates if it is meant to be`,
    });
    expect(server.requests).toHaveLength(0);
  });

  it('gets everything where insecure certificates are allowed', async () => {
    await using server = await startHttpsServer();
    await using app = await startSignalbox();
    const settings = { allowInsecureCertificates: true };
    const webhook = await wireWebhook(app.api, { url: server.url, settings });
    expect(await webhook.send()).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(server.requests).toMatchObject([{ method: 'POST', body: '{"text":"Webhook"}' }]);
  });

  it('gets what had failed, once they are allowed and the run is retried', async () => {
    await using server = await startHttpsServer();
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: server.url, settings: { retries: 0 } });
    const { id } = await webhook.send();
    await app.api.request('PATCH', webhook.path, { settings: { allowInsecureCertificates: true } });
    await app.api.request('POST', `/api/runs/${id}/retry`);
    expect(await webhook.run(id, ({ attempts }) => attempts === 2)).toMatchObject({ state: 'succeeded' });
  });

  it('is not trusted by one webhook because another one trusts it', async () => {
    await using server = await startHttpsServer();
    await using app = await startSignalbox();
    const trusting = await wireWebhook(app.api, {
      key: 'trusting',
      url: server.url,
      settings: { allowInsecureCertificates: true },
    });
    const strict = await wireWebhook(app.api, { key: 'strict', url: server.url, settings: { retries: 0 } });
    expect(await trusting.send()).toMatchObject({ state: 'succeeded' });
    expect(await strict.send()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('not trusted'),
    });
    expect(await trusting.send()).toMatchObject({ state: 'succeeded' });
    expect(server.requests).toHaveLength(2);
  });
});

describe('an https address', () => {
  it('of a receiver without TLS is tried again, and says what to do', async () => {
    await using server = await startHttpServer();
    await using app = await startSignalbox();
    const url = server.url.replace('http:', 'https:');
    const webhook = await wireWebhook(app.api, { url, settings: { retries: 1, backoff: { first: 0.01 } } });
    expect(await webhook.send()).toMatchObject({
      state: 'failed',
      attempts: 2,
      reason: expect.stringContaining('does the URL need http:// instead of https://?'),
    });
  });
});
