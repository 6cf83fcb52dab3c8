import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';

const light = {
  name: 'Light the hall',
  action: 'lamp.light',
  target: { object: 'hall' },
  settings: { level: 'high', note: '${NAME}' },
};

describe('tasks', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([lampPlugin]);
    await api.send('PUT', '/api/objects/lamp/hall', { tags: ['rooms/hall'] });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    api.storage.storedRuns.length = 0;
  });

  it('creates with POST and makes an id of the name', async () => {
    const first = await api.send('POST', '/api/tasks', light);
    expect(first).toMatchObject({
      status: 201,
      headers: { location: '/api/tasks/light-the-hall' },
      body: {
        id: 'light-the-hall',
        name: 'Light the hall',
        enabled: true,
        deleteAfterRunning: false,
        action: 'lamp.light',
        target: { object: 'hall' },
        settings: { level: 'high', note: '${NAME}' },
        available: true,
        managedBy: 'api',
      },
    });
    expect(await api.send('POST', '/api/tasks', light)).toMatchObject({
      status: 201,
      body: { id: 'light-the-hall-2' },
    });
    expect(await api.send('POST', '/api/tasks', { ...light, id: 'light-the-hall' })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
  });

  it('creates and replaces with PUT, changes with PATCH, removes with DELETE', async () => {
    const url = '/api/tasks/hall';
    expect(await api.send('PUT', url, { ...light, description: 'D' })).toMatchObject({
      status: 201,
      headers: { location: url },
    });
    const replaced = await api.send('PUT', url, { ...light, target: { tag: 'rooms/hall' } });
    expect(replaced).toMatchObject({ status: 200, body: { target: { tag: 'rooms/hall' } } });
    expect(replaced.body).not.toHaveProperty('description');
    expect(await api.send('PATCH', url, { enabled: false, settings: { note: null } })).toMatchObject({
      status: 200,
      body: { enabled: false, name: 'Light the hall', settings: { level: 'high' } },
    });
    expect(await api.send('PATCH', url, { target: { tag: null, object: 'hall' } })).toMatchObject({
      status: 200,
      body: { target: { object: 'hall' } },
    });
    expect((await api.send('DELETE', url)).status).toBe(204);
    expect((await api.send('GET', url)).status).toBe(404);
    expect((await api.send('PATCH', url, {})).status).toBe(404);
  });

  it.each([
    ['no action', { action: undefined }, 'RESOURCE_INVALID', 'action'],
    ['no target', { target: undefined }, 'RESOURCE_INVALID', 'target'],
    ['a target that is neither', { target: {} }, 'RESOURCE_INVALID', 'target'],
    ['a target that is both', { target: { object: 'hall', tag: 'a/b' } }, 'RESOURCE_INVALID', 'target'],
    [
      'an unknown part of a target',
      { target: { object: 'hall', type: 'x' } },
      'RESOURCE_INVALID',
      'target.type',
    ],
    ['a target that does not exist', { target: { object: 'cellar' } }, 'REFERENCE_MISSING', 'target.object'],
    ['an unknown action', { action: 'lamp.fly' }, 'ACTION_UNKNOWN', 'action'],
    [
      'settings that the action does not take',
      { settings: { level: 7 } },
      'SETTINGS_INVALID',
      'settings.level',
    ],
    ['an unknown variable', { settings: { level: '${NOPE}' } }, 'TEMPLATE_INVALID', 'settings.level'],
  ])('refuses a task with %s', async (_what, change, code, field) => {
    expect(await api.send('PUT', '/api/tasks/bad', { ...light, ...change })).toMatchObject({
      status: 422,
      body: { code, field },
    });
  });

  it("runs a task by hand: an event with the given data, whose run is the task's last", async () => {
    await api.send('PUT', '/api/tasks/hand', light);
    expect((await api.send('GET', '/api/tasks/hand')).body).toMatchObject({ status: 'idle' });
    const { status, body } = await api.send('POST', '/api/tasks/hand/run', { data: { why: 'test' } });
    expect({ status, body }).toEqual({
      status: 202,
      body: { id: expect.any(String), duplicate: false, runs: 1 },
    });
    expect((await api.send('GET', `/api/events/${body.id}`)).body).toMatchObject({
      type: 'task.run',
      object: 'hand',
      data: { why: 'test' },
      runs: [{ task: { id: 'hand' }, target: 'lamp/hall' }],
    });
    expect((await api.send('GET', '/api/tasks/hand')).body).toMatchObject({
      status: 'running',
      lastRun: { id: expect.any(String), state: 'pending' },
    });
  });

  it('runs a task without a body, with or without a content type', async () => {
    await api.send('PUT', '/api/tasks/hand', light);
    expect(await api.send('POST', '/api/tasks/hand/run')).toMatchObject({ status: 202, body: { runs: 1 } });
    expect(await api.send('POST', '/api/tasks/hand/run', '')).toMatchObject({
      status: 202,
      body: { runs: 1 },
    });
    expect(await api.send('POST', '/api/tasks/hand/run', { data: 7 })).toMatchObject({
      status: 422,
      body: { field: 'data' },
    });
    expect(await api.send('POST', '/api/tasks/nope/run')).toMatchObject({ status: 404 });
  });

  it('runs no task that is disabled', async () => {
    await api.send('PUT', '/api/tasks/off', { ...light, enabled: false });
    expect(await api.send('POST', '/api/tasks/off/run')).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
  });

  it('shows a task as unavailable while the plugin of its action is down', async () => {
    await api.send('PUT', '/api/tasks/plugged', light);
    api.registry.report('lamp', { state: 'down', reason: 'gone', restarts: 1 });
    expect((await api.send('GET', '/api/tasks/plugged')).body.available).toBe(false);
    api.registry.report('lamp', { state: 'up', restarts: 1 });
    expect((await api.send('GET', '/api/tasks/plugged')).body.available).toBe(true);
  });

  it('lists in the order of ids, by action, in pages', async () => {
    const { body } = await api.send('GET', '/api/tasks?action=lamp.light&limit=500');
    const ids = body.items.map(({ id }: { id: string }) => id);
    expect(ids).toEqual([...ids].sort());
    expect(ids.length).toBeGreaterThan(2);
    expect((await api.send('GET', '/api/tasks?action=lamp.fly')).body.items).toEqual([]);
    const page = await api.send('GET', '/api/tasks?limit=1');
    expect(page.body).toMatchObject({ items: [{ id: ids[0] }], next: expect.any(String) });
    expect((await api.send('GET', `/api/tasks?limit=1&cursor=${page.body.next}`)).body.items).toMatchObject([
      { id: ids[1] },
    ]);
  });
});
