import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';
import { ResourceIndex } from '../../kernel/resources/resource-index.ts';

const mask = '********';

describe('objects', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([lampPlugin]);
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  const stored = (key: string) => api.app.get(ResourceIndex).object('lamp', key);

  it('creates with PUT, then replaces, with defaults for what is left out', async () => {
    const created = await api.send('PUT', '/api/objects/lamp/desk', {
      name: 'Desk lamp',
      tags: ['rooms/study'],
      settings: { watts: 5, pin: '1234' },
    });
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/api/objects/lamp/desk' },
      body: {
        type: 'lamp',
        key: 'desk',
        name: 'Desk lamp',
        enabled: true,
        tags: ['rooms/study'],
        settings: { watts: 5, pin: mask },
        managedBy: 'api',
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
    const replaced = await api.send('PUT', '/api/objects/lamp/desk', { enabled: false });
    expect(replaced).toMatchObject({
      status: 200,
      body: { name: 'desk', enabled: false, tags: [], settings: { watts: 10 } },
    });
    expect(replaced.headers).not.toHaveProperty('location');
    expect(replaced.body.settings).not.toHaveProperty('pin');
  });

  it('keeps a secret that is sent back masked and never tells it', async () => {
    await api.send('PUT', '/api/objects/lamp/safe', { settings: { pin: 'geheim-1' } });
    const { body } = await api.send('GET', '/api/objects/lamp/safe');
    expect(body.settings.pin).toBe(mask);
    const put = await api.send('PUT', '/api/objects/lamp/safe', { settings: { ...body.settings, watts: 7 } });
    expect(JSON.stringify([put, await api.send('GET', '/api/objects')])).not.toContain('geheim-1');
    expect(stored('safe')?.settings).toEqual({ watts: 7, pin: 'geheim-1' });
  });

  it('creates with POST, once', async () => {
    const first = await api.send('POST', '/api/objects/lamp', { key: 'post', settings: { watts: 1 } });
    expect(first).toMatchObject({
      status: 201,
      headers: { location: '/api/objects/lamp/post' },
      body: { key: 'post' },
    });
    const second = await api.send('POST', '/api/objects/lamp', { key: 'post', settings: { watts: 2 } });
    expect(second).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(stored('post')?.settings).toEqual({ watts: 1 });
  });

  it('lets one of two creators win that come at once', async () => {
    const bodies = [1, 2].map((watts) => ({ key: 'race', settings: { watts } }));
    const answers = await Promise.all(bodies.map((body) => api.send('POST', '/api/objects/lamp', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('changes with PATCH only what the patch names', async () => {
    await api.send('PUT', '/api/objects/lamp/patch', {
      name: 'P',
      tags: ['a/b'],
      settings: { watts: 3, pin: 'geheim-2', place: { room: 'study', floor: 2 } },
    });
    const { status, body } = await api.send(
      'PATCH',
      '/api/objects/lamp/patch',
      { name: null, tags: ['c/d'], settings: { watts: null, place: { floor: null } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        name: 'patch',
        tags: ['c/d'],
        enabled: true,
        settings: { watts: 10, place: { room: 'study' } },
      },
    });
    expect(body.settings.place).toEqual({ room: 'study' });
    expect(stored('patch')?.settings).toMatchObject({ pin: 'geheim-2' });
  });

  it('loses neither of two patches that come at once', async () => {
    await api.send('PUT', '/api/objects/lamp/both', {});
    await Promise.all([
      api.send('PATCH', '/api/objects/lamp/both', { name: 'N' }),
      api.send('PATCH', '/api/objects/lamp/both', { enabled: false }),
    ]);
    expect(stored('both')).toMatchObject({ name: 'N', enabled: false });
  });

  it('refuses a patch that is no object, and one of what does not exist', async () => {
    expect(await api.send('PATCH', '/api/objects/lamp/both', [1])).toMatchObject({
      status: 400,
      body: { code: 'BODY_INVALID' },
    });
    expect(await api.send('PATCH', '/api/objects/lamp/nope', {})).toMatchObject({ status: 404 });
  });

  it.each([
    ['unit:7.a-b_c', 'unit:7.a-b_c'],
    ['a%2Fb%2Fc', 'a/b/c'],
    ['K%C3%BCche%20%E2%82%AC', 'Küche €'],
    ['100%25', '100%'],
    ['%3Fx%23y', '?x#y'],
    ['%F0%9F%92%A1'.repeat(200), '💡'.repeat(200)],
  ])('takes the key %s', async (path, key) => {
    const url = `/api/objects/lamp/${path}`;
    const created = await api.send('PUT', url, {});
    expect(created).toMatchObject({ status: 201, body: { key } });
    expect(await api.send('GET', created.headers['location'] as string)).toMatchObject({
      status: 200,
      body: { key },
    });
    expect((await api.send('DELETE', url)).status).toBe(204);
    expect((await api.send('GET', url)).status).toBe(404);
  });

  it('removes, but not what is still in use', async () => {
    await api.send('PUT', '/api/objects/lamp/used', {});
    await api.send('PUT', '/api/tasks/uses', {
      action: 'lamp.light',
      target: { object: 'used' },
      settings: { level: 'x' },
    });
    expect(await api.send('DELETE', '/api/objects/lamp/used')).toMatchObject({
      status: 409,
      body: { code: 'IN_USE', detail: expect.stringContaining('task uses') },
    });
    await api.send('DELETE', '/api/tasks/uses');
    expect(await api.send('DELETE', '/api/objects/lamp/used')).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect(await api.send('DELETE', '/api/objects/lamp/used')).toMatchObject({ status: 404 });
  });

  it('lists by type and tag, in the order of keys, in pages', async () => {
    for (const key of ['l3', 'l1', 'l2'])
      await api.send('PUT', `/api/objects/lamp/${key}`, { tags: ['list/x'] });
    const keys = (body: { items: { key: string }[] }) => body.items.map(({ key }) => key);
    const first = await api.send('GET', '/api/objects?type=lamp&tag=list/x&limit=2');
    expect(keys(first.body)).toEqual(['l1', 'l2']);
    const rest = await api.send(
      'GET',
      `/api/objects/lamp?tag=list/x&limit=2&cursor=${encodeURIComponent(first.body.next)}`,
    );
    expect(keys(rest.body)).toEqual(['l3']);
    expect(rest.body).not.toHaveProperty('next');
    expect(await api.send('GET', '/api/objects/ufo')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
  });

  it.each([
    ['a type that nobody declares', '/api/objects/ufo/x', {}, 'OBJECT_TYPE_UNKNOWN', 'type'],
    [
      'settings that the type does not take',
      '/api/objects/lamp/x',
      { settings: { watts: -1 } },
      'SETTINGS_INVALID',
      'settings.watts',
    ],
    ['a misspelt setting', '/api/objects/lamp/x', { settings: { wats: 1 } }, 'SETTINGS_INVALID', undefined],
    ['settings that are a list', '/api/objects/lamp/x', { settings: [] }, 'RESOURCE_INVALID', 'settings'],
    ['null as name', '/api/objects/lamp/x', { name: null }, 'RESOURCE_INVALID', 'name'],
    ['a tag without a category', '/api/objects/lamp/x', { tags: ['x'] }, 'RESOURCE_INVALID', 'tags[0]'],
    ['a number as tag', '/api/objects/lamp/x', { tags: [1] }, 'RESOURCE_INVALID', 'tags'],
    ['"on" as enabled', '/api/objects/lamp/x', { enabled: 'on' }, 'RESOURCE_INVALID', 'enabled'],
  ])('refuses %s', async (_what, url, body, code, field) => {
    const answer = await api.send('PUT', url, body);
    expect(answer).toMatchObject({ status: 422, body: { code } });
    if (field !== undefined) expect(answer.body.field).toBe(field);
  });

  it('lists every field that is wrong or unknown', async () => {
    const { status, body } = await api.send('PUT', '/api/objects/lamp/x', {
      name: 7,
      colour: 'red',
      enabled: 'on',
    });
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'RESOURCE_INVALID' });
    expect(body.errors).toEqual(
      expect.arrayContaining([
        { field: 'colour', message: 'there is no such field' },
        { field: 'name', message: expect.stringContaining('string') },
        { field: 'enabled', message: expect.stringContaining('boolean') },
      ]),
    );
    expect(stored('x')).toBeUndefined();
  });

  it('refuses a PUT without a body', async () => {
    expect(await api.send('PUT', '/api/objects/lamp/x')).toMatchObject({
      status: 400,
      body: { code: 'BODY_INVALID' },
    });
    expect(await api.send('PUT', '/api/objects/lamp/x', '"x"')).toMatchObject({
      status: 400,
      body: { code: 'BODY_INVALID' },
    });
  });
});
