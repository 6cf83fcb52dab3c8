import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { deliver, refusedWebhook, type Sending } from '../support/wired-webhook.ts';

async function bodyOf(sending?: Sending): Promise<unknown> {
  return JSON.parse((await deliver(sending)).body);
}

describe('a webhook', () => {
  it('sends a POST with the message {"text": "Webhook"}, unless told otherwise', async () => {
    const { method, path, body } = await deliver();
    expect({ method, path, body }).toEqual({ method: 'POST', path: '/hook', body: '{"text":"Webhook"}' });
  });

  it.each(['POST', 'PUT', 'PATCH'])('can send a %s', async (method) => {
    expect((await deliver({ settings: { method } })).method).toBe(method);
  });

  it('sends the message of the task, filled in', async () => {
    const message = {
      text: '${NAME}: "${event.data.reason}"',
      level: '${event.data.level}',
      list: [{ deep: '${event.type}' }, null, 1.5],
    };
    expect(await bodyOf({ task: { message }, data: { reason: 'disk \\ "full"\n', level: 3 } })).toEqual({
      text: 'Machine hook: "disk \\ "full"\n"',
      level: 3,
      list: [{ deep: 'vm.error' }, null, 1.5],
    });
  });

  it.each([[['a', 1]], ['text'], [0], [false], [null]])('sends the message %j, too', async (message) => {
    expect(await bodyOf({ task: { message } })).toEqual(message);
  });

  it('counts the length of a body in bytes', async () => {
    const { headers, body } = await deliver({ task: { message: { text: 'Übergröße 😀' } } });
    expect(JSON.parse(body)).toEqual({ text: 'Übergröße 😀' });
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });
});

describe('the format of a payload', () => {
  it('can be the event, plain', async () => {
    const { body, headers, run } = await deliver({ task: { format: 'event' }, data: { message: 'x' } });
    expect(JSON.parse(body)).toEqual({
      id: run.event.id,
      source: 'signalbox/api',
      type: 'vm.error',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      object: { type: 'vm', key: 'hook', name: 'Machine hook', tags: [] },
      data: { message: 'x' },
    });
    expect(headers['content-type']).toBe('application/json');
  });

  it('can be CloudEvents 1.0', async () => {
    const { body, headers, run } = await deliver({ task: { format: 'cloudevents' }, data: { a: [1] } });
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: run.event.id,
      source: 'signalbox/api',
      type: 'vm.error',
      subject: 'hook',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      datacontenttype: 'application/json',
      data: { a: [1] },
    });
    expect(headers['content-type']).toBe('application/cloudevents+json');
  });

  it('must be one that there is', async () => {
    await using app = await startSignalbox();
    await app.api.put('/api/objects/webhook/hook', { settings: { url: 'http://127.0.0.1:9/' } });
    const task = { action: 'webhook.send', target: { object: 'hook' }, settings: { format: 'xml' } };
    expect(await app.api.request('PUT', '/api/tasks/t', task)).toMatchObject({
      status: 422,
      body: { code: 'SETTINGS_INVALID', field: 'settings.format' },
    });
  });
});

describe('the secret of a payload', () => {
  const settings = { payloadSecret: 'shared-secret' };

  it('is the field `secret` of messages and events', async () => {
    const message = { a: 1, secret: 'of the message' };
    expect(await bodyOf({ settings, task: { message } })).toEqual({ a: 1, secret: 'shared-secret' });
    expect(await bodyOf({ settings, task: { format: 'event' } })).toMatchObject({
      type: 'vm.error',
      secret: 'shared-secret',
    });
  });

  it('lies inside of the data location', async () => {
    const placed = { ...settings, dataLocation: 'root/result' };
    expect(await bodyOf({ settings: placed, task: { message: { a: 1 } } })).toEqual({
      root: { result: { a: 1, secret: 'shared-secret' } },
    });
  });

  it('is not put into lists, texts and CloudEvents', async () => {
    expect(await bodyOf({ settings, task: { message: ['a'] } })).toEqual(['a']);
    expect(await bodyOf({ settings, task: { message: 'a' } })).toBe('a');
    expect(await bodyOf({ settings, task: { format: 'cloudevents' } })).not.toHaveProperty('secret');
  });
});

describe('the data location', () => {
  it.each([
    ['result', { result: { a: 1 } }],
    ['root/result', { root: { result: { a: 1 } } }],
    ['root/items/0', { root: { items: [{ a: 1 }] } }],
    ['items/2/value', { items: [null, null, { value: { a: 1 } }] }],
    ['0/1', [[null, { a: 1 }]]],
    ['a b/"quoted"/ü/01', { 'a b': { '"quoted"': { ü: { '01': { a: 1 } } } } }],
  ])('%s puts the payload there and nowhere else', async (dataLocation, document) => {
    expect(await bodyOf({ settings: { dataLocation }, task: { message: { a: 1 } } })).toEqual(document);
  });

  it('holds for events, but not for CloudEvents', async () => {
    const settings = { dataLocation: 'root' };
    expect(await bodyOf({ settings, task: { format: 'event' } })).toMatchObject({
      root: { type: 'vm.error' },
    });
    expect(await bodyOf({ settings, task: { format: 'cloudevents' } })).toMatchObject({
      specversion: '1.0',
    });
  });

  describe('is refused when the webhook is saved', () => {
    let app: TestSignalbox;
    beforeAll(async () => {
      app = await startSignalbox();
    });
    afterAll(async () => {
      await app[Symbol.asyncDispose]();
    });

    it.each([
      ['nothing', ''],
      ['a slash before it', '/root'],
      ['a slash behind it', 'root/'],
      ['two slashes', 'root//result'],
      ['__proto__', 'root/__proto__/x'],
      ['constructor', 'constructor'],
      ['prototype', 'root/prototype'],
      ['place 100 of a list', 'items/100'],
      ['17 levels', Array.from({ length: 17 }, () => 'a').join('/')],
      ['a list', ['root']],
    ])('if it is or has %s', async (_what, dataLocation) => {
      expect(await refusedWebhook(app.api, { dataLocation })).toMatchObject({
        code: 'SETTINGS_INVALID',
        field: 'settings.dataLocation',
      });
    });
  });
});
