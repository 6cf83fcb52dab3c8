import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import type { AttemptView } from '../support/api-client.ts';
import { problem } from '../support/problem.ts';
import { startReceiver, type Delivery, type Responder } from '../support/receiver.ts';
import { freePort, startHttpServer } from '../support/servers.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wireWebhook } from '../support/wired-webhook.ts';

/** What the API answers to a test. */
interface TestView extends Pick<AttemptView, 'error' | 'sent' | 'received'> {
  readonly ok: boolean;
  readonly durationMs: number;
  readonly result?: unknown;
}

const path = '/api/objects/webhook/hook';
const text = 'Test of webhook Slack "ops" by Signalbox';
const token = 'tok-b3a1f6c2d9';
const payloadSecret = 'pay-0a1b2c3d4e';
const signingKey = 'a signing key of 32 bytes, fixed';
const secretHeader = 'hdr-5c4b3a2918';

async function save({ api }: TestSignalbox, settings: object, more: object = {}): Promise<void> {
  await api.put(path, { name: 'Slack "ops"', settings, ...more });
}

/** A test that has to be answered, however it ends. */
async function test({ api }: TestSignalbox): Promise<TestView> {
  const { status, body } = await api.request<TestView>('POST', `${path}/test`);
  expect({ status, body }).toMatchObject({ status: 200 });
  expect(body.durationMs).toBeGreaterThanOrEqual(0);
  return body;
}

async function expectNoTrace({ api }: TestSignalbox): Promise<void> {
  for (const list of ['events', 'runs']) {
    expect((await api.get(`/api/${list}`)).body).toEqual({ items: [] });
  }
}

function signatureOf({ headers, body }: Delivery): string {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', signingKey).update(signed).digest('base64')}`;
}

/** Sends back all that it got. */
const echoing =
  (status: number): Responder =>
  ({ headers, body }) => ({
    status,
    headers: { 'x-echo': encodeURIComponent(String(headers.authorization)) },
    body: JSON.stringify({ headers, body }),
  });

const everySetting = {
  method: 'PUT',
  auth: { type: 'bearer', token },
  headers: [
    { name: 'Content-Type', value: 'application/json; charset=utf-8' },
    { name: 'X-Plain-Name', value: secretHeader, secret: true },
  ],
  dataLocation: 'root/items/0',
  payloadSecret,
  signingSecrets: [{ secret: `whsec_${Buffer.from(signingKey).toString('base64')}` }],
};

const shownSecrets = [token, payloadSecret, secretHeader, Buffer.from(signingKey).toString('base64')];

describe('the test of a webhook', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({ config: { plugins: ['vm', 'sync', 'webhook'] } });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  it('sends a small message that names it', async () => {
    await using receiver = await startReceiver();
    await save(app, { url: `${receiver.url}/hook` });
    expect(await test(app)).toMatchObject({
      ok: true,
      result: { status: 200 },
      sent: { method: 'POST', url: `${receiver.url}/hook`, body: JSON.stringify({ text }) },
      received: { status: 200, body: 'ok' },
    });
    expect(receiver.deliveries).toMatchObject([
      { method: 'POST', path: '/hook', headers: { 'content-type': 'application/json' } },
    ]);
    expect(JSON.parse(receiver.deliveries[0]!.body)).toEqual({ text });
    await expectNoTrace(app);
  });

  it('sends it by all the settings, each time under a new webhook-id', async () => {
    await using receiver = await startReceiver();
    await save(app, { url: receiver.url, ...everySetting });
    for (let i = 0; i < 2; i++) expect(await test(app)).toMatchObject({ ok: true });
    const ids = new Set<unknown>();
    expect(receiver.deliveries).toHaveLength(2);
    for (const delivery of receiver.deliveries) {
      expect(delivery).toMatchObject({
        method: 'PUT',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json; charset=utf-8',
          'x-plain-name': secretHeader,
          'webhook-signature': signatureOf(delivery),
        },
      });
      expect(JSON.parse(delivery.body)).toEqual({ root: { items: [{ text, secret: payloadSecret }] } });
      ids.add(delivery.headers['webhook-id']);
    }
    expect(ids.size).toBe(2);
    await expectNoTrace(app);
  });

  it('works while the webhook is disabled, and leaves it so', async () => {
    await using receiver = await startReceiver();
    await save(app, { url: receiver.url }, { enabled: false });
    expect(await test(app)).toMatchObject({ ok: true });
    expect(receiver.deliveries).toHaveLength(1);
    expect((await app.api.get(path)).body).toMatchObject({ enabled: false });
    await expectNoTrace(app);
  });

  it.each([200, 500])('shows no secret, even if the receiver sends them back with %i', async (status) => {
    await using receiver = await startReceiver({ respond: echoing(status) });
    await save(app, { url: receiver.url, ...everySetting });
    const answer = await test(app);
    expect(answer).toMatchObject({ ok: status === 200, received: { status } });
    const arrived = JSON.stringify(receiver.deliveries);
    expect(shownSecrets.filter((secret) => arrived.includes(secret))).toHaveLength(3);
    const shown = JSON.stringify(answer);
    expect(shownSecrets.filter((secret) => shown.includes(secret))).toEqual([]);
    expect(answer.sent!.headers).toContainEqual(['Authorization', 'Bearer ********']);
    expect(answer.received!.body).toContain('********');
  });

  it.each([
    [500, ''],
    [404, ''],
    [302, ': redirects are not followed'],
    [410, ': it is gone for good'],
  ])('fails once, and changes nothing, when the receiver answers %i', async (status, more) => {
    await using receiver = await startReceiver({ respond: () => ({ status, body: 'no' }) });
    await save(app, { url: receiver.url, retries: 3, backoff: { first: 0.01 } });
    expect(await test(app)).toMatchObject({
      ok: false,
      error: `HTTP ${String(status)} from 127.0.0.1:${String(receiver.port)}${more}`,
      received: { status, body: 'no' },
    });
    expect(receiver.deliveries).toHaveLength(1);
    expect((await app.api.get(path)).body).toMatchObject({ enabled: true });
    await expectNoTrace(app);
  });

  it('fails when nobody listens', async () => {
    const address = `127.0.0.1:${String(await freePort())}`;
    await save(app, { url: `http://${address}/`, ...everySetting });
    const answer = await test(app);
    expect(answer).toMatchObject({ ok: false, error: `connection refused by ${address}` });
    expect(answer).not.toHaveProperty('received');
    expect(answer.sent!.headers).toContainEqual(['X-Plain-Name', '********']);
    await expectNoTrace(app);
  });

  it('fails when no answer comes in the time of the webhook', async () => {
    await using receiver = await startReceiver({ respond: () => new Promise(() => undefined) });
    await save(app, { url: receiver.url, timeout: 3 });
    expect(await test(app)).toMatchObject({ ok: false, error: expect.stringContaining('3000 ms') });
  });

  it('is not there for other types and for webhooks that do not exist', async () => {
    await app.api.put('/api/objects/sync/nightly', {});
    for (const object of ['sync/nightly', 'webhook/nope', 'ufo/x']) {
      const answer = await app.api.request('POST', `/api/objects/${object}/test`);
      expect(answer).toMatchObject(problem('NOT_FOUND'));
    }
    const types = ['webhook', 'sync'].map((type) => app.api.get(`/api/types/${type}`));
    expect((await Promise.all(types)).map(({ body }) => body['testable'])).toEqual([true, false]);
  });
});

describe('an address that is denied', () => {
  it('gets no connection from a test', async () => {
    await using receiver = await startHttpServer();
    using folder = temporaryFolder();
    {
      await using app = await startSignalbox({ data: folder.path });
      await wireWebhook(app.api, { url: receiver.url });
    }
    // The webhook is stored; now its address is allowed no longer.
    await using app = await startSignalbox({ data: folder.path, config: { egress: { allow: [] } } });
    expect(await test(app)).toMatchObject({
      ok: false,
      error: 'the address is not allowed by the egress policy',
    });
    expect(receiver.connections).toBe(0);
    await expectNoTrace(app);
  });
});
