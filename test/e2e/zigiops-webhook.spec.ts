import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSignalbox } from '../../src/bootstrap.ts';
import { problem } from '../support/problem.ts';
import { startSignalbox as startTestSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { deliver } from '../support/wired-webhook.ts';

/* The webhook connector of ZigiOps, row by row. */

const incident = { number: 42, title: 'Mail is down', state: { value: 2 }, internal: 'not for others' };

describe('request method and authentication', () => {
  it.each(['POST', 'PUT', 'PATCH'])('%s, JSON, placed at root/result, basic', async (method) => {
    const { headers, body, ...request } = await deliver({
      settings: {
        method,
        auth: { type: 'basic', user: 'zigi', password: 'ops' },
        dataLocation: 'root/result',
      },
      task: { mapping: { number: '${event.data.number}', short_description: '${event.data.title}' } },
      data: incident,
    });
    expect(request.method).toBe(method);
    expect(headers).toMatchObject({
      authorization: `Basic ${Buffer.from('zigi:ops').toString('base64')}`,
      'content-type': 'application/json',
    });
    expect(body).toBe('{"root":{"result":{"number":42,"short_description":"Mail is down"}}}');
  });

  it('none', async () => {
    const { headers } = await deliver({ settings: { auth: { type: 'none' } } });
    expect(headers).not.toHaveProperty('authorization');
  });
});

describe('a payload that is built of a mapping', () => {
  const built = async (mapping: object, settings: object = {}): Promise<unknown> =>
    JSON.parse((await deliver({ settings, task: { mapping }, data: incident })).body);

  it('has fields of the event at the locations that were chosen, with their types', async () => {
    const mapping = {
      'fields/summary': '${NAME}: ${event.data.title}',
      'fields/priority/id': '${event.data.state.value}',
      'fields/labels/0': 'signalbox',
      'fields/labels/2': '${event.type}',
      correlation: '${run.id}',
    };
    expect(await built(mapping)).toEqual({
      fields: {
        summary: 'Machine hook: Mail is down',
        priority: { id: 2 },
        labels: ['signalbox', null, 'vm.error'],
      },
      correlation: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  it.each([
    ['root/result', { root: { result: { a: 42 } } }],
    ['root/items/0', { root: { items: [{ a: 42 }] } }],
    ['root/items/1/value', { root: { items: [null, { value: { a: 42 } }] } }],
  ])('lies at the data location %s', async (dataLocation, document) => {
    expect(await built({ a: '${event.data.number}' }, { dataLocation })).toEqual(document);
  });

  it('takes whole objects and lists, and values of its own', async () => {
    const mapping = { state: '${event.data.state}', kind: { source: 'signalbox', v: [1] }, closed: false };
    expect(await built(mapping)).toEqual({
      state: { value: 2 },
      kind: { source: 'signalbox', v: [1] },
      closed: false,
    });
  });

  it('shows what the event has not as it is written, as a message does', async () => {
    expect(await built({ owner: '${event.data.owner}' })).toEqual({ owner: '${event.data.owner}' });
  });
});

describe('a mapping that cannot be built is refused when the task is saved', () => {
  let app: TestSignalbox;
  beforeAll(async () => {
    const settings = { url: 'http://127.0.0.1:9/' };
    app = await startTestSignalbox({ config: { objects: { 'webhook/zigi': { settings } } } });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  const save = (settings: object) =>
    app.api.request('PUT', '/api/tasks/t', { action: 'webhook.send', target: { object: 'zigi' }, settings });

  it.each<[string, object, string]>([
    ['an empty segment', { 'fields//summary': '${NAME}' }, 'location "fields//summary" must be names'],
    ['place 100 of a list', { 'items/100': '${NAME}' }, 'location "items/100" must not go beyond place 99'],
    ['17 levels', { [Array.from({ length: 17 }, () => 'a').join('/')]: 1 }, 'more than 16 levels deep'],
    ['a forbidden name', { 'a/prototype': 1 }, 'location "a/prototype" must not contain the name prototype'],
    ['a value and a field in it', { a: '${NAME}', 'a/b': '${NAME}' }, '"a/b" lies within "a"'],
    ['a list that is an object, too', { 'a/0': 1, 'a/b': 2 }, 'want a list and an object at the same place'],
    ['nothing in it', {}, 'must not be empty'],
  ])('%s', async (_, mapping, detail) => {
    expect(await save({ mapping })).toMatchObject(
      problem('SETTINGS_INVALID', { field: 'settings.mapping', detail: expect.stringContaining(detail) }),
    );
    expect((await app.api.get('/api/tasks/t')).status).toBe(404);
  });

  it('beside a message, and for another format', async () => {
    const mapping = { summary: '${NAME}' };
    for (const [settings, detail] of [
      [{ mapping, message: { text: 'x' } }, 'cannot stand together with message'],
      [{ mapping, format: 'event' }, 'is for the format message, not for event'],
    ] as const) {
      expect(await save(settings)).toMatchObject(
        problem('SETTINGS_INVALID', { field: 'settings.mapping', detail: expect.stringContaining(detail) }),
      );
    }
  });

  it('with an unknown variable', async () => {
    expect(await save({ mapping: { 'fields/summary': '${TITLE}' } })).toMatchObject(
      problem('TEMPLATE_INVALID', { field: 'settings.mapping.fields/summary' }),
    );
  });

  it('in the configuration file, with its place', async () => {
    using folder = temporaryFolder();
    const file = folder.write(
      'wrong.yaml',
      [
        'objects: { webhook/z: { settings: { url: "https://example.com" } } }',
        'tasks: { t: { action: webhook.send, target: { object: z }, settings: { mapping: { a: 1, a/b: 2 } } } }',
      ].join('\n'),
    );
    const overrides = { data: `${folder.path}/data`, server: { port: 0 }, log: { level: 'silent' } };
    await expect(startSignalbox({ file, overrides, env: {} })).rejects.toMatchObject({
      message: expect.stringMatching(
        /wrong\.yaml:2:\d+ tasks\.t\.settings\.mapping: location "a\/b" lies within "a"/,
      ),
    });
  });
});
