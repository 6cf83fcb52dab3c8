import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';
import { defineObjectType, definePlugin, secret, z } from '../../sdk/index.ts';

const bell = defineObjectType({
  name: 'bell',
  label: 'Bell',
  collection: 'bells',
  triggers: { collection: 'bell-triggers', event: 'rung' },
  settings: z.object({ pitch: z.number().default(440), pin: secret().optional() }),
  events: { rung: z.object({ loud: z.boolean().optional() }), cracked: z.object({}) },
  actions: { ring: { label: 'Ring', input: z.object({}), idempotent: true, run: () => Promise.resolve() } },
});
const tower = definePlugin({ name: 'tower', api: '^1.0.0', types: [bell] });

let api: ApiApp;

beforeEach(async () => {
  api = await startApi([tower, lampPlugin]);
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

describe('the path of a type', () => {
  it('leads to its objects and to no others', async () => {
    await api.send('PUT', '/api/objects/lamp/hall', {});
    const made = await api.send('POST', '/api/bells', { name: 'Great Bell', settings: { pin: 'geheim' } });
    expect(made).toMatchObject({
      status: 201,
      headers: { location: '/api/bells/great-bell', etag: expect.any(String) },
      body: { type: 'bell', key: 'great-bell', settings: { pitch: 440, pin: '********' } },
    });
    expect((await api.send('POST', '/api/bells', { name: 'Great bell' })).body.key).toBe('great-bell-2');
    expect(await api.send('POST', '/api/bells', {})).toMatchObject({ status: 422, body: { field: 'key' } });
    expect(await api.send('POST', '/api/bells', { key: 'great-bell' })).toMatchObject({ status: 409 });
    const { body } = await api.send('GET', '/api/bells?sort=-key&limit=1');
    expect(body).toMatchObject({ items: [{ key: 'great-bell-2' }], next: expect.any(String) });
    expect((await api.send('GET', `/api/bells?sort=-key&cursor=${body.next}`)).body.items).toHaveLength(1);
    expect((await api.send('GET', '/api/bells/hall')).status).toBe(404);
    expect((await api.send('GET', '/api/objects/bell/great-bell')).body).toEqual(
      (await api.send('GET', '/api/bells/great-bell')).body,
    );
  });

  it('replaces, patches, tries out and removes them, as they are by their other path', async () => {
    const put = await api.send('PUT', '/api/bells/b', { settings: { pitch: 1 } });
    expect(put.status).toBe(201);
    const stale = { 'if-match': put.headers['etag'] as string };
    expect((await api.send('PATCH', '/api/objects/bell/b', { name: 'B' })).status).toBe(200);
    expect((await api.send('PATCH', '/api/bells/b', { name: 'C' }, stale)).status).toBe(412);
    expect(await api.send('PATCH', '/api/bells/b?dryRun=true', { name: 'C' })).toMatchObject({
      body: { dryRun: true, change: 'updated', fields: [{ field: 'name', before: 'B', after: 'C' }] },
    });
    expect((await api.send('POST', '/api/bells/b/test')).status).toBe(404);
    const task = { action: 'bell.ring', target: { object: 'b' } };
    await api.send('PUT', '/api/tasks/ring', task);
    expect(await api.send('DELETE', '/api/bells/b')).toMatchObject({
      status: 409,
      body: { usedBy: [{ kind: 'task', id: 'ring' }] },
    });
    expect(await api.send('DELETE', '/api/bells/b?force=true')).toMatchObject({
      status: 200,
      body: { also: [{ kind: 'task', id: 'ring', change: 'disabled' }] },
    });
  });

  it('tells the runs of one', async () => {
    for (const key of ['a', 'b']) {
      await api.send('PUT', `/api/bells/${key}`, {});
      await api.send('PUT', `/api/tasks/ring-${key}`, { action: 'bell.ring', target: { object: key } });
      await api.send('POST', `/api/tasks/ring-${key}/run`);
    }
    const { body } = await api.send('GET', '/api/bells/a/runs?state=pending');
    expect(body.items).toMatchObject([{ target: 'bell/a', task: { id: 'ring-a' } }]);
    expect(await api.send('GET', '/api/bells/a/runs?object=bell/b')).toMatchObject({ status: 400 });
    expect((await api.send('GET', '/api/bells/nope/runs')).status).toBe(404);
  });
});

describe('the paths of triggers', () => {
  beforeEach(async () => {
    await api.send('PUT', '/api/bells/b', { tags: ['towers/north'] });
    await api.send('PUT', '/api/tasks/ring', { action: 'bell.ring', target: { object: 'b' } });
  });

  it('call the object as its type is', async () => {
    const made = await api.send('POST', '/api/bell-triggers', { bell: 'b', task: 'ring' });
    expect(made).toMatchObject({
      status: 201,
      headers: { location: '/api/bell-triggers/ring-on-bell-rung', etag: expect.any(String) },
      body: { id: 'ring-on-bell-rung', bell: 'b', task: 'ring', enabled: true, available: true },
    });
    expect(made.body).not.toHaveProperty('event');
    const url = '/api/bell-triggers/ring-on-bell-rung';
    expect(await api.send('GET', '/api/triggers/ring-on-bell-rung')).toMatchObject({
      body: { event: 'bell.rung', object: 'b' },
    });
    const patched = await api.send('PATCH', url, {
      bell: null,
      tag: 'towers/north',
      filter: { 'data.loud': true },
    });
    expect(patched).toMatchObject({
      status: 200,
      body: { tag: 'towers/north', filter: { 'data.loud': true } },
    });
    expect(await api.send('PUT', url, { bell: 'b', task: 'ring' }, { 'if-match': '"x"' })).toMatchObject({
      status: 412,
    });
    expect(await api.send('PUT', url, { bell: 'b', task: 'ring' })).toMatchObject({ status: 200 });
    expect(await api.send('POST', `${url}/fire`, { data: {} })).toMatchObject({
      status: 202,
      body: { runs: 1 },
    });
    expect(await api.send('DELETE', `${url}?dryRun=true`)).toMatchObject({
      status: 200,
      body: { change: 'removed', resource: { bell: 'b' } },
    });
    expect((await api.send('DELETE', url)).status).toBe(204);
  });

  it('keep the triggers on that event apart from all others', async () => {
    await api.send('PUT', '/api/bell-triggers/x', { bell: 'b', task: 'ring' });
    const other = { event: 'bell.cracked', object: 'b', task: 'ring' };
    expect(await api.send('PUT', '/api/event-triggers/y', other)).toMatchObject({
      status: 201,
      headers: { location: '/api/event-triggers/y' },
      body: { event: 'bell.cracked', object: 'b' },
    });
    const ids = async (path: string) =>
      (await api.send('GET', path)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids('/api/bell-triggers')).toEqual(['x']);
    expect(await ids('/api/event-triggers?task=ring')).toEqual(['y']);
    expect(await ids('/api/triggers')).toEqual(['x', 'y']);
    expect((await api.send('GET', '/api/event-triggers/x')).status).toBe(404);
    expect((await api.send('PATCH', '/api/bell-triggers/y', {})).status).toBe(404);
    expect((await api.send('DELETE', '/api/bell-triggers/y')).status).toBe(404);
    expect(await api.send('PUT', '/api/event-triggers/x', other)).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
  });

  it.each([
    ['/api/bell-triggers', { task: 'ring' }, 'bell'],
    ['/api/bell-triggers', { bell: 'b', task: 'ring', event: 'bell.rung' }, 'event'],
    ['/api/bell-triggers', { bell: 7, task: 'ring' }, 'bell'],
    ['/api/bell-triggers', { bell: 'b', task: 'nobody' }, 'task'],
    ['/api/event-triggers', { event: 'bell.rung', task: 'ring' }, 'event'],
    ['/api/event-triggers', { task: 'ring' }, 'event'],
  ])('%s refuses %j', async (url, body, field) => {
    expect(await api.send('POST', url, body)).toMatchObject({ status: 422, body: { field } });
  });
});

it('two types cannot have one path, and none has one of Signalbox itself', async () => {
  const other = defineObjectType({ name: 'chime', label: 'Chime', collection: 'bells' });
  expect(() => {
    api.registry.register(definePlugin({ name: 'second', api: '^1.0.0', types: [other] }));
  }).toThrow('/api/bells is taken twice: by plugin "tower" and by plugin "second"');
  const greedy = defineObjectType({ name: 'chime', label: 'Chime', collection: 'users' });
  expect(() => {
    api.registry.register(definePlugin({ name: 'greedy', api: '^1.0.0', types: [greedy] }));
  }).toThrow('belongs to Signalbox itself');
});
