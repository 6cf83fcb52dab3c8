import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';

let api: ApiApp;

const light = { action: 'lamp.light', target: { object: 'hall' }, settings: { level: 'x' } };
const password = 'seven horses in a row';
const mask = '********';

beforeEach(async () => {
  api = await startApi([lampPlugin]);
  await api.send('PUT', '/api/objects/lamp/hall', { tags: ['rooms/hall'], settings: { pin: 'geheim-1' } });
  await api.send('PUT', '/api/tasks/shine', light);
  await api.send('PUT', '/api/triggers/lit', { event: 'lamp.lit', task: 'shine', object: 'hall' });
  await api.send('PUT', '/api/users/alice', { password, scopes: ['read'] });
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const everything = async () => [
  ...(await Promise.all(
    ['objects', 'tags', 'tasks', 'triggers', 'users', 'tokens', 'audit'].map(
      async (list) => (await api.send('GET', `/api/${list}`)).body,
    ),
  )),
  api.storage.changes.length,
];

describe('a dry run', () => {
  it.each([
    ['POST', '/api/objects/lamp', { key: 'new', tags: ['a/b'] }, 'created'],
    ['PUT', '/api/objects/lamp/hall', { name: 'Hall' }, 'updated'],
    ['PATCH', '/api/objects/lamp/hall', { name: 'Hall' }, 'updated'],
    ['PATCH', '/api/objects/lamp/hall', {}, 'unchanged'],
    ['DELETE', '/api/objects/lamp/hall?force=true', undefined, 'removed'],
    ['PUT', '/api/tags/a/b', { description: 'x' }, 'created'],
    ['PATCH', '/api/tags/rooms/hall', { description: 'x' }, 'updated'],
    ['DELETE', '/api/tags/rooms/hall?force=true', undefined, 'removed'],
    ['POST', '/api/tags/rooms/top/objects', { add: ['lamp/hall'] }, 'created'],
    ['POST', '/api/tags/rooms/hall/objects', { remove: ['lamp/hall'] }, 'updated'],
    ['POST', '/api/tasks', { ...light, name: 'More light' }, 'created'],
    ['PUT', '/api/tasks/shine', light, 'unchanged'],
    ['PATCH', '/api/tasks/shine', { settings: { level: 'y' } }, 'updated'],
    ['DELETE', '/api/tasks/shine?force=true', undefined, 'removed'],
    ['POST', '/api/triggers', { event: 'lamp.lit', task: 'shine' }, 'created'],
    ['PATCH', '/api/triggers/lit', { object: null }, 'updated'],
    ['DELETE', '/api/triggers/lit', undefined, 'removed'],
    ['POST', '/api/users', { name: 'bob', password, scopes: ['read'] }, 'created'],
    ['PUT', '/api/users/alice', { scopes: ['read'] }, 'unchanged'],
    ['PATCH', '/api/users/alice', { password: 'nine horses in a row' }, 'updated'],
    ['DELETE', '/api/users/alice', undefined, 'removed'],
    ['POST', '/api/tokens', { name: 'ci', scopes: ['ingest'] }, 'created'],
  ])('of %s %s says what would change, and changes nothing', async (method, url, body, change) => {
    const before = await everything();
    const dry = `${url}${url.includes('?') ? '&' : '?'}dryRun=true`;
    const { status, body: answer, headers } = await api.send(method, dry, body);
    expect({ status, answer }).toMatchObject({ status: 200, answer: { dryRun: true, change } });
    expect(answer.resource).toEqual(expect.any(Object));
    expect(answer.fields.length > 0 || answer.also !== undefined).toBe(change !== 'unchanged');
    expect(headers).not.toHaveProperty('location');
    expect(JSON.stringify(answer)).not.toMatch(/geheim|horses|argon|sbx_/);
    expect(await everything()).toEqual(before);
  });

  it('names the fields, before and after; of a secret only that it differs', async () => {
    const patch = { settings: { watts: 7, pin: 'geheim-2' }, tags: ['rooms/new'] };
    const { body } = await api.send('PATCH', '/api/objects/lamp/hall?dryRun=true', patch);
    expect(body).toMatchObject({
      resource: { key: 'hall', tags: ['rooms/new'], settings: { watts: 7, pin: mask } },
      fields: [
        { field: 'tags', before: ['rooms/hall'], after: ['rooms/new'] },
        { field: 'settings.watts', before: 10, after: 7 },
        { field: 'settings.pin', before: mask, after: mask, secret: true },
      ],
      also: [{ kind: 'tag', id: 'rooms/new', change: 'created' }],
    });
  });

  it('meets the same errors', async () => {
    for (const [method, url, sent, status] of [
      ['PUT', '/api/objects/lamp/x', { settings: { watts: -1 } }, 422],
      ['POST', '/api/objects/lamp', { key: 'hall' }, 409],
      ['PATCH', '/api/tasks/nope', {}, 404],
      ['DELETE', '/api/objects/lamp/hall', undefined, 409],
      ['DELETE', '/api/users/nobody', undefined, 404],
      ['POST', '/api/users', { name: 'alice', password, scopes: ['read'] }, 409],
    ] as const)
      expect([url, (await api.send(method, `${url}?dryRun=true`, sent)).status]).toEqual([url, status]);
    const stale = { 'if-match': '"x"' };
    expect(await api.send('PATCH', '/api/tasks/shine?dryRun=true', {}, stale)).toMatchObject({ status: 412 });
  });

  it('is not taken for what it is not', async () => {
    for (const query of ['dryrun=true', 'dryRun=yes', 'dryRun', 'dryRun=true&dryRun=true']) {
      const answer = await api.send('DELETE', `/api/triggers/lit?${query}`);
      expect([query, answer.status, answer.body.code]).toEqual([query, 400, 'QUERY_INVALID']);
    }
    expect(await api.send('GET', '/api/triggers/lit?dryRun=true')).toMatchObject({ status: 400 });
    expect((await api.send('DELETE', '/api/triggers/lit?dryRun=false')).status).toBe(204);
  });
});
