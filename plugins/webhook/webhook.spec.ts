import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  PermanentError,
  RetryableError,
  TargetGoneError,
  type EventView,
  type JsonValue,
  type z,
} from 'signalbox/sdk';
import { startPlugin, type AttemptOptions } from 'signalbox/sdk/testing';
import { freePort, startHttpServer, startHttpsServer, type TestServer } from '../../test/support/servers.ts';
import plugin from './index.ts';
import type { sendInput } from './send.ts';
import type { webhookSettings } from './settings.ts';

interface Sending extends AttemptOptions {
  readonly settings?: Partial<z.input<typeof webhookSettings>>;
  readonly input?: z.input<typeof sendInput>;
}

/** Makes one attempt to send to a URL. */
async function send(url: string, { settings = {}, input = {}, ...attempt }: Sending = {}) {
  await using started = await startPlugin(plugin);
  return await started.runAction('webhook.send', {
    ...attempt,
    object: { settings: { url, ...settings } },
    input,
  });
}

/** Sends and gives back what arrived. */
async function arrived(sending: Sending) {
  await using server = await startHttpServer();
  await send(`${server.url}/hook`, sending);
  const [request] = server.requests;
  if (!request || server.requests.length > 1) throw new Error(`${server.requests.length} requests arrived`);
  return { ...request, json: (): JsonValue => JSON.parse(request.body) as JsonValue };
}

async function failure(sending: Promise<unknown>): Promise<Error> {
  const error: unknown = await sending.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('the rejection is not an Error');
}

/** A server that answers with a status, for ever. */
function answering(status: number, headers: Record<string, string> = {}): Promise<TestServer> {
  return startHttpServer((_request, response) => response.writeHead(status, headers).end());
}

const event: Omit<EventView, 'depth'> = {
  id: '0199ed2b-6f6e-7000-8000-000000000001',
  source: 'hypervisor-1',
  type: 'vm.power_on',
  time: '2025-10-16T11:38:07.000Z',
  object: { type: 'vm', key: 'gpu-01', name: 'GPU 01', tags: ['vms/gpu'] },
  data: { by: 'jthompson' },
};

describe('a request', () => {
  it('is a POST of the default message unless one says otherwise', async () => {
    const request = await arrived({ idempotencyKey: 'run-1' });
    expect(request).toMatchObject({ method: 'POST', path: '/hook', body: '{"text":"Webhook"}' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '18',
      'accept-encoding': 'identity',
      'webhook-id': 'run-1',
    });
    expect(request.headers['user-agent']).toMatch(/^Signalbox\/\d/);
    expect(Math.abs(Number(request.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
    expect(request.headers).not.toHaveProperty('webhook-signature');
    expect(request.headers).not.toHaveProperty('authorization');
  });

  it('returns the status of the answer', async () => {
    await using server = await answering(204);
    const { result } = await send(server.url);
    expect(result).toEqual({ status: 204 });
  });

  it.each(['POST', 'PUT', 'PATCH'] as const)('can be a %s', async (method) => {
    expect((await arrived({ settings: { method } })).method).toBe(method);
  });

  it.each<[JsonValue]>([[{ a: [1, null] }], [['x']], ['text'], [0], [null]])(
    'carries the message %j as JSON',
    async (message) => {
      expect((await arrived({ input: { message } })).json()).toEqual(message);
    },
  );

  it.each([
    ['none', { type: 'none' }, undefined],
    ['bearer', { type: 'bearer', token: 't-1' }, 'Bearer t-1'],
    ['apikey', { type: 'apikey', key: 'raw-key' }, 'raw-key'],
    [
      'basic',
      { type: 'basic', user: 'me', password: 'p:ä' },
      `Basic ${Buffer.from('me:p:ä').toString('base64')}`,
    ],
  ] as const)('authorizes itself by %s', async (_type, auth, value) => {
    expect((await arrived({ settings: { auth } })).headers['authorization']).toBe(value);
  });

  it('puts an API key into the header that one names', async () => {
    const { headers } = await arrived({
      settings: { auth: { type: 'apikey', key: 'raw-key', header: 'X-API-Key' } },
    });
    expect(headers['x-api-key']).toBe('raw-key');
    expect(headers).not.toHaveProperty('authorization');
  });

  it('has the configured headers in their order, repeats included', async () => {
    const { rawHeaders } = await arrived({
      settings: {
        headers: [
          { name: 'X-B', value: '1' },
          { name: 'Content-Type', value: 'application/vnd.x+json' },
          { name: 'x-a', value: '2', secret: true },
          { name: 'X-B', value: '3' },
        ],
      },
    });
    expect(rawHeaders.join(' ')).toContain('X-B 1 Content-Type application/vnd.x+json x-a 2 X-B 3');
  });

  it('has no content type when its header was removed', async () => {
    expect((await arrived({ settings: { headers: [] } })).headers).not.toHaveProperty('content-type');
  });

  it('is signed as Standard Webhooks says, with every valid secret', async () => {
    const keys = [Buffer.alloc(24, 1), Buffer.alloc(32, 2), Buffer.alloc(24, 3)];
    const [current, previous, expired] = keys.map((key) => `whsec_${key.toString('base64')}`);
    const request = await arrived({
      idempotencyKey: 'run-2',
      input: { message: { text: 'grüß' } },
      settings: {
        dataLocation: 'root/result',
        signingSecrets: [
          { secret: current! },
          { secret: previous!, validUntil: new Date(Date.now() + 60_000).toISOString() },
          { secret: expired!, validUntil: '2020-01-01T00:00:00Z' },
        ],
      },
    });
    const signed = `run-2.${String(request.headers['webhook-timestamp'])}.${request.body}`;
    const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(request.headers['webhook-signature']).toBe(`${signatures[0]!} ${signatures[1]!}`);
  });
});

describe('the format of the payload', () => {
  it('event: the event, plain', async () => {
    const request = await arrived({ event, input: { format: 'event' } });
    expect(request.json()).toEqual(event);
    expect(request.headers['content-type']).toBe('application/json');
  });

  it('cloudevents: CloudEvents 1.0 in structured mode', async () => {
    const request = await arrived({ event, input: { format: 'cloudevents' } });
    expect(request.json()).toEqual({
      specversion: '1.0',
      id: event.id,
      source: event.source,
      type: event.type,
      subject: 'gpu-01',
      time: event.time,
      datacontenttype: 'application/json',
      data: event.data,
    });
    expect(request.headers['content-type']).toBe('application/cloudevents+json');
  });

  it('cloudevents: keeps a content type that someone chose, and sets it where it was removed', async () => {
    const input = { format: 'cloudevents' } as const;
    const chosen = { headers: [{ name: 'Content-Type', value: 'application/json; charset=utf-8' }] };
    const first = await arrived({ input, settings: chosen });
    expect(first.headers['content-type']).toBe('application/json; charset=utf-8');
    const second = await arrived({ input, settings: { headers: [] } });
    expect(second.headers['content-type']).toBe('application/cloudevents+json');
  });

  it.each(['event', 'cloudevents'] as const)('%s: an event without an object', async (format) => {
    const { object: _, ...system } = { ...event, type: 'system.startup' };
    await using server = await startHttpServer();
    await using started = await startPlugin(plugin);
    await started.runAction('webhook.send', {
      event: system,
      object: { settings: { url: server.url } },
      input: { format },
    });
    const sent = JSON.parse(server.requests[0]?.body ?? '') as object;
    expect(sent).toMatchObject({ type: 'system.startup' });
    expect(sent).not.toHaveProperty('subject');
    expect(sent).not.toHaveProperty('object');
  });

  it('lies at the data location, except as a CloudEvent', async () => {
    const settings = { dataLocation: 'root/items/1' };
    const message = await arrived({ settings, input: { message: { a: 1 } } });
    expect(message.json()).toEqual({ root: { items: [null, { a: 1 }] } });
    const plain = await arrived({ event, settings, input: { format: 'event' } });
    expect(plain.json()).toEqual({ root: { items: [null, event] } });
    const cloudEvent = await arrived({ event, settings, input: { format: 'cloudevents' } });
    expect(cloudEvent.json()).toMatchObject({ specversion: '1.0' });
  });

  it('gets the payload secret where the payload is an object, except as a CloudEvent', async () => {
    const settings = { payloadSecret: 'shared', dataLocation: 'root' };
    const message = await arrived({ settings, input: { message: { a: 1, secret: 'from the task' } } });
    expect(message.json()).toEqual({ root: { a: 1, secret: 'shared' } });
    const list = await arrived({ settings, input: { message: ['a'] } });
    expect(list.json()).toEqual({ root: ['a'] });
    const plain = await arrived({ event, settings, input: { format: 'event' } });
    expect(plain.json()).toEqual({ root: { ...event, secret: 'shared' } });
    const cloudEvent = await arrived({ event, settings, input: { format: 'cloudevents' } });
    expect(cloudEvent.json()).not.toHaveProperty('secret');
  });
});

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('of %i is a success', async (status) => {
    await using server = await answering(status);
    await expect(send(server.url)).resolves.toMatchObject({ result: { status } });
  });

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('of %i is worth another try', async (status) => {
    await using server = await answering(status);
    const error = await failure(send(server.url));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toBe(`HTTP ${status} from 127.0.0.1:${server.port}`);
    expect(error).toMatchObject({ retryAfterMs: undefined });
  });

  it('says when to try again', async () => {
    await using server = await answering(503, { 'retry-after': '120' });
    expect(await failure(send(server.url))).toMatchObject({ retryAfterMs: 120_000 });
  });

  it.each([400, 401, 403, 404, 405, 413, 422, 451])('of %i fails for good', async (status) => {
    await using server = await answering(status);
    const error = await failure(send(server.url));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).not.toBeInstanceOf(TargetGoneError);
    expect(error.message).toBe(`HTTP ${status} from 127.0.0.1:${server.port}`);
  });

  it('of 410 says that the target is gone', async () => {
    await using server = await answering(410);
    expect(await failure(send(server.url))).toBeInstanceOf(TargetGoneError);
  });

  it.each([301, 302, 303, 307, 308])('of %i fails for good: redirects are not followed', async (status) => {
    await using elsewhere = await answering(200);
    await using server = await answering(status, { location: elsewhere.url });
    const error = await failure(send(server.url));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe(
      `HTTP ${status} from 127.0.0.1:${server.port}: redirects are not followed; it points to ${elsewhere.url}`,
    );
    expect(elsewhere.connections).toBe(0);
  });
});

describe('a network that fails', () => {
  it('is worth another try', async () => {
    const error = await failure(send(`http://127.0.0.1:${await freePort()}`));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain('connection refused');
  });

  it('is given up after the time of the settings', async () => {
    await using server = await startHttpServer(() => undefined);
    const error = await failure(send(server.url, { settings: { timeout: 3 } }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain('timed out after 3000 ms');
  });

  it('is given up when the run is stopped', async () => {
    await using server = await startHttpServer(() => undefined);
    const error = await failure(send(server.url, { signal: AbortSignal.timeout(50) }));
    expect(error).toBeInstanceOf(RetryableError);
  });

  it('trusts no self-signed certificate unless it is told to', async () => {
    await using server = await startHttpsServer();
    expect((await failure(send(server.url))).message).toContain('is not trusted (self-signed)');
    const { result } = await send(server.url, { settings: { allowInsecureCertificates: true } });
    expect(result).toEqual({ status: 200 });
    expect(server.requests).toHaveLength(1);
  });
});
