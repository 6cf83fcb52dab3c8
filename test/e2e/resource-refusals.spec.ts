import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { http } from '../support/http.ts';
import { problem } from '../support/problem.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';

const url = 'https://example.com';
const webhook = (settings: object): object => ({ settings: { url, ...settings } });
const task = { action: 'webhook.send', target: { object: 'ops' } };
const trigger = { event: 'vm.power_on', task: 'tell' };

describe('what cannot be used is refused, with the field, and nothing is stored of', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({ config: tellOps(url) });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  const all = async (): Promise<unknown> =>
    Promise.all(['objects', 'tags', 'tasks', 'triggers'].map((kind) => app.api.get(`/api/${kind}`)));
  let before: unknown;
  const bodies = (answers: unknown): unknown => JSON.parse(JSON.stringify(answers));
  beforeEach(async () => {
    before = bodies(await all());
  });
  afterEach(async () => {
    expect(bodies(await all())).toEqual(before);
  });

  it.each<[string, string, object, ErrorCode, string | undefined]>([
    ['a type that nobody declares', 'ufo/x', {}, 'OBJECT_TYPE_UNKNOWN', 'type'],
    ['no settings, where some are needed', 'webhook/x', {}, 'SETTINGS_INVALID', 'settings.url'],
    [
      'a setting out of its range',
      'webhook/x',
      webhook({ timeout: 1 }),
      'SETTINGS_INVALID',
      'settings.timeout',
    ],
    ['a misspelt setting', 'webhook/x', webhook({ retires: 1 }), 'SETTINGS_INVALID', 'settings.retires'],
    [
      'a setting deep inside',
      'webhook/x',
      webhook({ headers: [{ name: 'a b', value: '' }] }),
      'SETTINGS_INVALID',
      'settings.headers[0].name',
    ],
    [
      'an address that is denied',
      'webhook/x',
      webhook({ url: 'http://169.254.169.254/' }),
      'EGRESS_DENIED',
      'settings.url',
    ],
    ['a tag without its category', 'vm/x', { tags: ['a/b', 'gpu'] }, 'RESOURCE_INVALID', 'tags[1]'],
    ['tags that are no list', 'vm/x', { tags: 'a/b' }, 'RESOURCE_INVALID', 'tags'],
    ['a line break in the name', 'vm/x', { name: 'a\nb' }, 'RESOURCE_INVALID', 'name'],
    ['half a character in a tag', 'vm/x', { tags: ['a/b\ud83d'] }, 'RESOURCE_INVALID', 'tags[0]'],
    ['a NUL at the end of a tag', 'vm/x', { tags: ['a/b\0'] }, 'RESOURCE_INVALID', 'tags[0]'],
    ['an empty name', 'vm/x', { name: '' }, 'RESOURCE_INVALID', 'name'],
    ['"yes" for enabled', 'vm/x', { enabled: 'yes' }, 'RESOURCE_INVALID', 'enabled'],
    ['settings that are a list', 'vm/x', { settings: [] }, 'RESOURCE_INVALID', 'settings'],
    ['a field that does not exist', 'vm/x', { colour: 'red' }, 'RESOURCE_INVALID', 'colour'],
    ['a control character in the key', 'vm/a%0Ab', {}, 'RESOURCE_INVALID', 'key'],
    ['a space at the end of the key', 'vm/a%20', {}, 'RESOURCE_INVALID', 'key'],
  ])('an object with %s', async (_what, path, body, code, field) => {
    expect(await http(app).put(`/api/objects/${path}`).send(body)).toMatchObject(problem(code, { field }));
  });

  it.each<[string, object, ErrorCode, string]>([
    ['no action', { action: undefined }, 'RESOURCE_INVALID', 'action'],
    ['an action that nobody declares', { action: 'webhook.fly' }, 'ACTION_UNKNOWN', 'action'],
    ['a NUL in the description', { description: 'a\0' }, 'RESOURCE_INVALID', 'description'],
    ['no target', { target: undefined }, 'RESOURCE_INVALID', 'target'],
    ['two targets', { target: { object: 'ops', tag: 'a/b' } }, 'RESOURCE_INVALID', 'target'],
    ['an object that does not exist', { target: { object: 'nobody' } }, 'REFERENCE_MISSING', 'target.object'],
    ['an object of another type', { target: { object: 'gpu-01' } }, 'REFERENCE_MISSING', 'target.object'],
    ['a tag that is none', { target: { tag: 'gpu' } }, 'RESOURCE_INVALID', 'target.tag'],
    ['settings that the action has not', { settings: { text: 'x' } }, 'SETTINGS_INVALID', 'settings.text'],
    ['a setting of the wrong kind', { settings: { format: 'xml' } }, 'SETTINGS_INVALID', 'settings.format'],
    [
      'a variable that does not exist',
      { settings: { message: '${WHO}' } },
      'TEMPLATE_INVALID',
      'settings.message',
    ],
    ['1 for deleteAfterRunning', { deleteAfterRunning: 1 }, 'RESOURCE_INVALID', 'deleteAfterRunning'],
  ])('a task with %s', async (_what, change, code, field) => {
    const body = { ...task, ...change };
    expect(await http(app).put('/api/tasks/x').send(body)).toMatchObject(problem(code, { field }));
    expect(await http(app).post('/api/tasks').send(body)).toMatchObject(problem(code, { field }));
    expect(await http(app).put('/api/tasks/tell').send(body)).toMatchObject(problem(code, { field }));
  });

  it.each<[string, object, ErrorCode, string]>([
    ['no event', { event: undefined }, 'RESOURCE_INVALID', 'event'],
    ['an event that nobody declares', { event: 'vm.flown' }, 'EVENT_TYPE_UNKNOWN', 'event'],
    ['a task that does not exist', { task: 'nobody' }, 'REFERENCE_MISSING', 'task'],
    ['both an object and a tag', { object: 'a', tag: 'a/b' }, 'RESOURCE_INVALID', 'tag'],
    ['an object that can be no key', { object: ' a' }, 'RESOURCE_INVALID', 'object'],
    ['a tag that is none', { tag: 'gpu' }, 'RESOURCE_INVALID', 'tag'],
    ['a filter that is a list', { filter: [] }, 'RESOURCE_INVALID', 'filter'],
    [
      'an operator that does not exist',
      { filter: { 'data.a': { $near: 1 } } },
      'FILTER_INVALID',
      'filter.data.a.$near',
    ],
  ])('a trigger with %s', async (_what, change, code, field) => {
    const body = { ...trigger, ...change };
    expect(await http(app).put('/api/triggers/x').send(body)).toMatchObject(problem(code, { field }));
    expect(await http(app).post('/api/triggers').send(body)).toMatchObject(problem(code, { field }));
    expect(await http(app).put('/api/triggers/on').send(body)).toMatchObject(problem(code, { field }));
  });

  it.each(['a b', '-a', 'a-', 'ä', 'a%2Fb', 'x'.repeat(129)])('the id %s', async (id) => {
    expect(await http(app).put(`/api/tasks/${id}`).send(task)).toMatchObject(
      problem('RESOURCE_INVALID', { field: 'id' }),
    );
    expect(await http(app).put(`/api/triggers/${id}`).send(trigger)).toMatchObject(
      problem('RESOURCE_INVALID', { field: 'id' }),
    );
  });

  it('every field that is wrong, in one answer', async () => {
    const { body } = await http(app)
      .put('/api/objects/webhook/x')
      .send(webhook({ timeout: 1, retries: 101, method: 'GET', url: 'ftp://example.com' }));
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'settings.method',
      'settings.retries',
      'settings.timeout',
      'settings.url',
    ]);
  });

  it('a patch that makes a resource unusable', async () => {
    const patch = (path: string, body: object) => http(app).patch(`/api/${path}`).send(body);
    expect(await patch('objects/webhook/ops', { settings: { url: null } })).toMatchObject(
      problem('SETTINGS_INVALID', { field: 'settings.url' }),
    );
    expect(await patch('tasks/tell', { target: { object: null } })).toMatchObject(
      problem('RESOURCE_INVALID', { field: 'target' }),
    );
    expect(await patch('triggers/on', { event: null })).toMatchObject(
      problem('RESOURCE_INVALID', { field: 'event' }),
    );
    expect(await patch('objects/webhook/nobody', {})).toMatchObject(problem('NOT_FOUND'));
    expect(await patch('tasks/nobody', {})).toMatchObject(problem('NOT_FOUND'));
    expect(await patch('triggers/nobody', {})).toMatchObject(problem('NOT_FOUND'));
  });

  it('a path or a method that does not exist', async () => {
    expect(await http(app).get('/api/nothing')).toMatchObject(problem('NOT_FOUND'));
    const wrong = await http(app).delete('/api/events');
    expect(wrong).toMatchObject(problem('METHOD_NOT_ALLOWED'));
    expect(wrong.headers['allow']).toBe('GET, HEAD, POST');
  });
});
