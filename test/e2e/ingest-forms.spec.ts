import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Agent } from 'supertest';
import { http } from '../support/http.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

const id = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

describe('POST /api/events', () => {
  let receiver: Receiver;
  let app: TestSignalbox;
  let api: Agent;

  beforeAll(async () => {
    receiver = await startReceiver();
    app = await startSignalbox({
      config: {
        objects: {
          'vm/gpu-01': { name: 'GPU 01' },
          'webhook/ops': { settings: { url: receiver.url } },
        },
        tasks: { tell: { name: 'Tell', action: 'webhook.send', target: { object: 'ops' } } },
        triggers: { 'gpu-on': { event: 'vm.power_on', object: 'gpu-01', task: 'tell' } },
      },
    });
  });
  beforeEach(() => {
    api = http(app);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const post = (body: object, headers: Record<string, string> = {}) =>
    api.post('/api/events').set(headers).send(body).expect(202);

  const stored = async (eventId: string) => (await api.get(`/api/events/${eventId}`).expect(200)).body;

  it('answers with the id under which the event and its runs are found', async () => {
    const before = Date.now();
    const { body } = await post({
      type: 'vm.power_on',
      object: 'gpu-01',
      data: { host: 'node-7', n: [1, null] },
    });
    expect(body).toEqual({ id, duplicate: false, runs: 1 });

    const [run] = await app.api.runsOf(body.id);
    const event = await stored(body.id);
    expect(event).toEqual({
      id: body.id,
      type: 'vm.power_on',
      object: 'gpu-01',
      depth: 0,
      source: 'signalbox/api',
      data: { host: 'node-7', n: [1, null] },
      time: event.receivedAt,
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      runs: [run],
    });
    expect(Date.parse(event.receivedAt)).toBeGreaterThanOrEqual(before);
    expect(run).toMatchObject({
      id,
      state: 'succeeded',
      task: { id: 'tell', name: 'Tell' },
      action: 'webhook.send',
      target: 'webhook/ops',
      event: { id: body.id },
      trigger: 'gpu-on',
      attempts: 1,
    });
    expect(receiver.deliveries.map(({ headers }) => headers['webhook-id'])).toEqual([run!.id]);
  });

  it('stores an event that fires nothing', async () => {
    const { body } = await post({ type: 'vm.power_off', object: 'gpu-01' });
    expect(body).toEqual({ id, duplicate: false, runs: 0 });
    expect(await stored(body.id)).toMatchObject({ type: 'vm.power_off', data: {}, runs: [] });
  });

  it('stores an event about an object that nobody has described', async () => {
    const { body } = await post({ type: 'vm.error', object: 'lab/новый 01' });
    expect(await stored(body.id)).toMatchObject({ object: 'lab/новый 01' });
  });

  it('keeps what the sender says of source, id and time', async () => {
    const { body } = await post({
      type: 'vm.error',
      object: 'mail',
      source: 'https://hypervisor.example/7',
      id: 'ev 4711/ä',
      time: '2026-03-01T12:00:00.25+01:00',
    });
    expect(await stored(body.id)).toMatchObject({
      source: 'https://hypervisor.example/7',
      sourceId: 'ev 4711/ä',
      time: '2026-03-01T11:00:00.250Z',
    });
  });

  it('stores the events of an array in their order, each with its own id and runs', async () => {
    const { body } = await post([
      { type: 'vm.created', object: 'a' },
      { type: 'vm.power_on', object: 'gpu-01' },
      { type: 'vm.deleted', object: 'b' },
    ]);
    expect(body).toEqual({
      events: [0, 1, 0].map((runs) => ({ id, duplicate: false, runs })),
    });
    const ids: string[] = body.events.map((event: { id: string }) => event.id);
    expect(new Set(ids).size).toBe(3);
    const events = await Promise.all(ids.map(stored));
    expect(events.map(({ object, runs }) => [object, runs.length])).toEqual([
      ['a', 0],
      ['gpu-01', 1],
      ['b', 0],
    ]);
  });

  const cloudEvent = {
    specversion: '1.0',
    id: 'ce-1',
    source: '/hypervisors/1',
    type: 'vm.power_on',
    subject: 'gpu-01',
    time: '2026-03-01T12:00:00Z',
    datacontenttype: 'application/json',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    data: { host: 'node-7' },
  };
  const asStored = {
    source: '/hypervisors/1',
    type: 'vm.power_on',
    object: 'gpu-01',
    time: '2026-03-01T12:00:00.000Z',
    data: { host: 'node-7' },
    runs: [{ trigger: 'gpu-on' }],
  };

  it('takes a structured CloudEvent', async () => {
    const { body } = await post(cloudEvent, {
      'content-type': 'application/cloudevents+json; charset=utf-8',
    });
    expect(body).toEqual({ id, duplicate: false, runs: 1 });
    expect(await stored(body.id)).toMatchObject({ ...asStored, sourceId: 'ce-1' });
  });

  it('takes a structured CloudEvent with its data in Base64', async () => {
    const { data, ...attributes } = cloudEvent;
    const encoded = Buffer.from(JSON.stringify(data)).toString('base64');
    const { body } = await post(
      { ...attributes, id: 'ce-64', data_base64: encoded },
      { 'content-type': 'application/cloudevents+json' },
    );
    expect(await stored(body.id)).toMatchObject({ ...asStored, sourceId: 'ce-64' });
  });

  it('takes a binary CloudEvent', async () => {
    const { body } = await post(cloudEvent.data, {
      'ce-specversion': '1.0',
      'ce-id': 'ce-2%20%C3%A4',
      'ce-source': '/hypervisors/1',
      'ce-type': 'vm.power_on',
      'ce-subject': 'gpu-01',
      'ce-time': '2026-03-01T12:00:00Z',
      'content-type': 'application/json',
    });
    expect(body).toEqual({ id, duplicate: false, runs: 1 });
    expect(await stored(body.id)).toMatchObject({ ...asStored, sourceId: 'ce-2 ä' });
  });

  it('takes CloudEvents batched', async () => {
    const batch = [
      { ...cloudEvent, id: 'ce-3' },
      { ...cloudEvent, id: 'ce-4', type: 'vm.power_off', data: undefined },
    ];
    const { body } = await post(batch, { 'content-type': 'application/cloudevents-batch+json' });
    expect(body).toEqual({ events: [1, 0].map((runs) => ({ id, duplicate: false, runs })) });
    expect(await stored(body.events[0].id)).toMatchObject({ ...asStored, sourceId: 'ce-3' });
    expect(await stored(body.events[1].id)).toMatchObject({ sourceId: 'ce-4', data: {}, runs: [] });
  });

  it('takes an empty array and an empty batch, and stores nothing', async () => {
    const newest = async () => (await api.get('/api/events?limit=1')).body.items;
    const before = await newest();
    expect((await post([])).body).toEqual({ events: [] });
    expect((await post([], { 'content-type': 'application/cloudevents-batch+json' })).body).toEqual({
      events: [],
    });
    expect(await newest()).toEqual(before);
  });
});
