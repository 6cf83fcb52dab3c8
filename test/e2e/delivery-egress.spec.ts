import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { freePort, startHttpServer } from '../support/servers.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { refusedWebhook, wiredWebhook, wireWebhook } from '../support/wired-webhook.ts';

const allowing = (...allow: readonly string[]): { egress: object } => ({ egress: { allow } });
const denied = 'the address is not allowed by the egress policy';

describe('saving a webhook', () => {
  let app: TestSignalbox;
  beforeAll(async () => {
    app = await startSignalbox({ config: allowing() });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  it.each([
    ['loopback', 'http://127.0.0.1/'],
    ['another loopback address', 'http://127.8.9.10:8080/'],
    ['loopback by name', 'http://localhost:8080/'],
    ['loopback by another name', 'http://anything.localhost./'],
    ['loopback as one number', 'http://2130706433/'],
    ['loopback in hexadecimal', 'http://0x7f.1/'],
    ['loopback in IPv6', 'http://[::1]/'],
    ['loopback inside of IPv6', 'http://[::ffff:127.0.0.1]/'],
    ['this host', 'http://0.0.0.0/'],
    ['a private network', 'https://10.1.2.3/'],
    ['a private network', 'https://192.168.0.1/'],
    ['a private network in IPv6', 'https://[fd12::1]/'],
    ['a private network by NAT64', 'https://[64:ff9b::a00:1]/'],
    ['carrier-grade NAT', 'http://100.64.0.1/'],
    ['the metadata service', 'http://169.254.169.254/latest/meta-data'],
  ])('refuses %s: %s', async (_what, url) => {
    const problem = await refusedWebhook(app.api, { url });
    expect(problem).toMatchObject({ code: 'EGRESS_DENIED', field: 'settings.url' });
    expect(problem.detail).toBe(`webhook/refused: settings.url: ${denied}`);
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'example.com', 'https://me:pw@example.com/'])(
    'refuses what is no address of a webhook: %s',
    async (url) => {
      expect(await refusedWebhook(app.api, { url })).toMatchObject({
        code: 'SETTINGS_INVALID',
        field: 'settings.url',
      });
    },
  );

  it('takes public addresses and names', async () => {
    for (const url of ['https://93.184.216.34/', 'https://hooks.example.com/in']) {
      await app.api.put('/api/objects/webhook/public', { settings: { url } });
    }
  });

  it('refuses the metadata service even where everything is allowed', async () => {
    await using open = await startSignalbox({ config: allowing('0.0.0.0/0') });
    for (const url of ['http://169.254.169.254/', 'http://0.0.0.0/', 'http://[::ffff:169.254.169.254]/']) {
      expect(await refusedWebhook(open.api, { url })).toMatchObject({ code: 'EGRESS_DENIED' });
    }
  });
});

describe('an entry of the allow list with a port', () => {
  it('opens this port and no other one', async () => {
    await using receiver = await startReceiver();
    await using other = await startHttpServer();
    await using app = await startSignalbox({
      config: allowing(`127.0.0.1/32:${String(receiver.port)}`),
    });
    const webhook = await wireWebhook(app.api, { url: receiver.url });
    expect(await webhook.send()).toMatchObject({ state: 'succeeded' });
    expect(await refusedWebhook(app.api, { url: other.url })).toMatchObject({ code: 'EGRESS_DENIED' });
    expect(other.connections).toBe(0);
  });
});

describe('an address that is denied when a message is to be sent', () => {
  it.each([
    ['by its number', '127.0.0.1'],
    ['by a name that leads to it', 'localhost'],
  ])('%s gets no connection: the run fails at once', async (_how, host) => {
    await using receiver = await startHttpServer();
    using folder = temporaryFolder();
    const url = `http://${host}:${String(receiver.port)}/`;
    {
      await using app = await startSignalbox({ data: folder.path });
      await wireWebhook(app.api, { url });
    }
    // The webhook is stored; now its address is allowed no longer.
    await using app = await startSignalbox({ data: folder.path, config: allowing() });
    const run = await wiredWebhook(app.api).send();
    expect(run).toMatchObject({ state: 'failed', attempts: 1, reason: denied });
    expect(JSON.stringify(run)).not.toContain('loopback');
    expect(receiver.connections).toBe(0);
  });

  it('is told in the same words whether somebody listens there or not', async () => {
    await using receiver = await startHttpServer();
    const closed = await freePort();
    using folder = temporaryFolder();
    {
      await using app = await startSignalbox({ data: folder.path });
      await wireWebhook(app.api, { key: 'listens', url: receiver.url });
      await wireWebhook(app.api, { key: 'closed', url: `http://127.0.0.1:${String(closed)}` });
    }
    await using app = await startSignalbox({ data: folder.path, config: allowing() });
    const reasons = ['listens', 'closed'].map(
      async (key) => (await wiredWebhook(app.api, key).send()).reason,
    );
    expect(await Promise.all(reasons)).toEqual([denied, denied]);
  });
});

describe('the port that Signalbox itself listens on', () => {
  it.each(['127.0.0.1', 'localhost', '127.0.0.2', '[::1]', '[::ffff:7f00:1]', '0x7f000001'])(
    'cannot be the address of a webhook, even if loopback is allowed: %s',
    async (host) => {
      await using app = await startSignalbox({ config: allowing('127.0.0.0/8', '::1/128') });
      const url = `http://${host}:${new URL(app.url).port}/api/events`;
      expect(await refusedWebhook(app.api, { url })).toMatchObject({ code: 'EGRESS_DENIED' });
    },
  );

  it('is not sent to by a webhook that was there first', async () => {
    const port = await freePort();
    using folder = temporaryFolder();
    {
      await using app = await startSignalbox({ data: folder.path });
      const url = `http://127.0.0.1:${String(port)}/api/events`;
      const settings = { auth: { type: 'bearer', token: app.token } };
      await wireWebhook(app.api, { url, settings, task: { format: 'event' } });
    }
    await using app = await startSignalbox({ data: folder.path, port });
    expect(await wiredWebhook(app.api).send()).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: denied,
    });
    const { body } = await app.api.get<{ items: unknown[] }>('/api/events');
    expect(body.items).toHaveLength(1);
  });

  it('cannot be the address of a webhook in the configuration', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${String(port)}/`;
    const objects = { 'webhook/self': { settings: { url } } };
    await expect(startSignalbox({ port, config: { objects } })).rejects.toThrow(denied);
  });
});
