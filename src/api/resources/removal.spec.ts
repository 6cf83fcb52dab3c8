import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';

let api: ApiApp;

const light = (target: object) => ({ action: 'lamp.light', target, settings: { level: 'x' } });

beforeEach(async () => {
  api = await startApi([lampPlugin]);
  await api.send('PUT', '/api/objects/lamp/hall', { tags: ['rooms/hall'] });
  await api.send('PUT', '/api/tasks/shine', light({ object: 'hall' }));
  await api.send('PUT', '/api/tasks/shine-all', light({ tag: 'rooms/hall' }));
  await api.send('PUT', '/api/triggers/lit', { event: 'lamp.lit', task: 'shine-all', object: 'hall' });
  await api.send('PUT', '/api/triggers/any', { event: 'lamp.lit', task: 'shine', tag: 'rooms/hall' });
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const get = async (url: string) => (await api.send('GET', url)).body;

describe('what others name', () => {
  it.each([
    ['/api/objects/lamp/hall', ['task shine', 'trigger lit']],
    ['/api/tags/rooms/hall', ['object lamp/hall', 'task shine-all', 'trigger any']],
    ['/api/tasks/shine', ['trigger any']],
  ])('is not deleted: %s', async (url, users) => {
    const { status, body } = await api.send('DELETE', url);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'IN_USE' });
    const named = body.usedBy.map(({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`);
    expect(named).toEqual(users);
    expect(body.detail).toContain(users[0]?.replace('object ', ''));
    expect((await api.send('GET', url)).status).toBe(200);
  });

  it('switches its users off when it is deleted by force, all at once', async () => {
    const { status, body } = await api.send('DELETE', '/api/objects/lamp/hall?force=true');
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        ...{ dryRun: false, change: 'removed', resource: { key: 'hall' } },
        also: [
          { kind: 'task', id: 'shine', change: 'disabled' },
          { kind: 'trigger', id: 'lit', change: 'disabled' },
        ],
      },
    });
    expect(await get('/api/tasks/shine')).toMatchObject({ enabled: false, target: { object: 'hall' } });
    expect(await get('/api/triggers/lit')).toMatchObject({ enabled: false, object: 'hall' });
    expect(await get('/api/triggers/any')).toMatchObject({ enabled: true });
    expect(api.storage.changes.slice(-3)).toHaveLength(3);
  });

  it('takes a tag from the objects that bear it', async () => {
    const { body } = await api.send('DELETE', '/api/tags/rooms/hall?force=true');
    expect(body.also).toEqual([
      { kind: 'object', id: 'lamp/hall', change: 'untagged' },
      { kind: 'task', id: 'shine-all', change: 'disabled' },
      { kind: 'trigger', id: 'any', change: 'disabled' },
    ]);
    expect(await get('/api/objects/lamp/hall')).toMatchObject({ tags: [] });
    expect((await api.send('GET', '/api/tags/rooms/hall')).status).toBe(404);
  });

  it('nothing is said of users that are switched off already', async () => {
    await api.send('PATCH', '/api/triggers/any', { enabled: false });
    const { body } = await api.send('DELETE', '/api/tasks/shine?force=true');
    expect(body).not.toHaveProperty('also');
    expect(await get('/api/triggers/any')).toMatchObject({ enabled: false, task: 'shine' });
  });
});

describe('what is switched off and names what has gone', () => {
  beforeEach(async () => {
    await api.send('DELETE', '/api/objects/lamp/hall?force=true');
    await api.send('DELETE', '/api/tasks/shine-all?force=true');
  });

  it('can be changed, but not switched on, until that is there again', async () => {
    expect(await api.send('PATCH', '/api/tasks/shine', { description: 'Later' })).toMatchObject({
      status: 200,
    });
    expect(await api.send('PATCH', '/api/tasks/shine', { enabled: true })).toMatchObject({
      status: 422,
      body: { code: 'REFERENCE_MISSING', field: 'target.object' },
    });
    expect(await api.send('PATCH', '/api/triggers/lit', { enabled: true })).toMatchObject({
      status: 422,
      body: { code: 'REFERENCE_MISSING', field: 'task' },
    });
    await api.send('PUT', '/api/objects/lamp/hall', {});
    expect(await get('/api/tasks/shine')).toMatchObject({ enabled: false });
    expect(await api.send('PATCH', '/api/tasks/shine', { enabled: true })).toMatchObject({ status: 200 });
  });

  it('is shown for what it is by previews and explanations', async () => {
    expect(await get('/api/tasks/shine/targets')).toMatchObject({
      total: 1,
      items: [{ key: 'hall', wouldAct: false }],
    });
    const { body } = await api.send('POST', '/api/events:explain', { type: 'lamp.lit', object: 'hall' });
    const reasons = body.items[0].triggers.items.map((item: { trigger: string; reason?: string }) => [
      item.trigger,
      item.reason,
    ]);
    expect(reasons).toContainEqual(['lit', 'trigger_disabled']);
  });

  it('comes out of the configuration and goes back into it', async () => {
    const { warnings, secrets: _, ...document } = await get('/api/config');
    expect(warnings).toEqual([]);
    expect(await api.send('POST', '/api/config/plan', document)).toMatchObject({
      status: 200,
      body: { summary: { created: 0, updated: 0 } },
    });
  });
});
