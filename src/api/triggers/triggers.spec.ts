import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { housePlugin, lampPlugin } from '../../../test/support/api-plugins.ts';

const trigger = { event: 'lamp.lit', object: 'desk', filter: { 'data.level': 'high' }, task: 'follow' };

describe('triggers', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([lampPlugin, housePlugin]);
    await api.send('PUT', '/api/objects/lamp/hall', {});
    await api.send('PUT', '/api/tasks/follow', {
      action: 'lamp.light',
      target: { object: 'hall' },
      settings: { level: 'x' },
    });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  it('creates with POST and makes an id of task and event', async () => {
    const { status, headers, body } = await api.send('POST', '/api/triggers', trigger);
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { ...trigger, enabled: true, available: true },
    });
    expect(headers['location']).toBe(`/api/triggers/${body.id}`);
    expect((await api.send('GET', headers['location'] as string)).body).toEqual(body);
    expect(await api.send('POST', '/api/triggers', { ...trigger, id: body.id })).toMatchObject({
      status: 409,
    });
  });

  it('creates and replaces with PUT, changes with PATCH, removes with DELETE', async () => {
    const url = '/api/triggers/t';
    expect((await api.send('PUT', url, trigger)).status).toBe(201);
    const patched = await api.send('PATCH', url, { object: null, filter: null, tag: 'rooms/hall' });
    expect(patched).toMatchObject({ status: 200, body: { tag: 'rooms/hall', event: 'lamp.lit' } });
    expect(patched.body).not.toHaveProperty('object');
    expect(patched.body).not.toHaveProperty('filter');
    expect(await api.send('PUT', url, { event: 'house.quiet', task: 'follow' })).toMatchObject({
      status: 200,
    });
    expect((await api.send('DELETE', url)).status).toBe(204);
    expect((await api.send('GET', url)).status).toBe(404);
  });

  it.each([
    ['no event', { event: undefined }, 'RESOURCE_INVALID', 'event'],
    ['an unknown event', { event: 'lamp.flown' }, 'EVENT_TYPE_UNKNOWN', 'event'],
    ['an object and a tag', { tag: 'a/b' }, 'RESOURCE_INVALID', 'tag'],
    ['an object for a type that has none', { event: 'house.quiet' }, 'RESOURCE_INVALID', 'object'],
    ['a task that does not exist', { task: 'nope' }, 'REFERENCE_MISSING', 'task'],
    ['a filter that is a list', { filter: [] }, 'RESOURCE_INVALID', 'filter'],
    [
      'an unknown operator',
      { filter: { 'data.level': { $where: 'x' } } },
      'FILTER_INVALID',
      expect.stringContaining('filter'),
    ],
  ])('refuses a trigger with %s', async (_what, change, code, field) => {
    expect(await api.send('PUT', '/api/triggers/bad', { ...trigger, ...change })).toMatchObject({
      status: 422,
      body: { code, field },
    });
  });

  it('lists by event and task', async () => {
    await api.send('PUT', '/api/triggers/quiet', { event: 'house.quiet', task: 'follow' });
    const ids = async (query: string) =>
      (await api.send('GET', `/api/triggers?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids('event=house.quiet')).toEqual(['quiet']);
    expect(await ids('event=house.quiet&task=other')).toEqual([]);
    expect(await ids('task=follow')).toContain('quiet');
  });
});
