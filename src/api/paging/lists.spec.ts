import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { housePlugin, lampPlugin } from '../../../test/support/api-plugins.ts';
import { ResourceService } from '../../kernel/resources/resource.service.ts';

let api: ApiApp;
const password = 'seven horses in a row';
const light = { action: 'lamp.light', settings: { level: 'x' } };

beforeAll(async () => {
  api = await startApi([lampPlugin, housePlugin]);
  const file = { kind: 'object', type: 'lamp', key: 'filed', name: 'Zoe' } as const;
  await api.app.get(ResourceService).apply([file], 'config');
  const puts: Record<string, object> = {
    'objects/lamp/filed': { name: 'zoe' },
    'objects/lamp/hall': { name: 'Anna', tags: ['rooms/hall'] },
    'objects/lamp/attic': { name: 'bert', enabled: false },
    'tags/rooms/cellar': { description: 'Damp' },
    'tasks/one': { ...light, target: { object: 'hall' }, name: 'Hall on' },
    'tasks/all': { ...light, target: { tag: 'rooms/hall' }, enabled: false, description: 'Everywhere' },
    'triggers/a': { event: 'lamp.lit', object: 'hall', task: 'one' },
    'triggers/b': { event: 'lamp.broken', tag: 'rooms/hall', task: 'one', enabled: false },
    'triggers/c': { event: 'house.quiet', task: 'all', enabled: false },
    'users/alice': { password, scopes: ['read'] },
    'users/bob': { password, scopes: ['admin'], enabled: false },
  };
  for (const [path, body] of Object.entries(puts))
    expect((await api.send('PUT', `/api/${path}`, body)).status).toBeLessThan(202);
  const expiresAt = '2099-01-01T00:00:00Z';
  await api.send('POST', '/api/tokens', { name: 'ci', scopes: ['ingest'], expiresAt });
  await api.send('POST', '/api/tokens', { name: 'ops', scopes: ['read', 'operate'] });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

interface Named {
  readonly id?: string;
  readonly key?: string;
  readonly name?: string;
}

describe('lists', () => {
  it.each([
    ['objects', '', 'attic filed hall'],
    ['objects', 'sort=name', 'hall attic filed'],
    ['objects', 'sort=-name', 'filed attic hall'],
    ['objects', 'sort=enabled', 'attic filed hall'],
    ['objects', 'sort=-updatedAt', 'attic hall filed'],
    ['objects', 'enabled=false', 'attic'],
    ['objects', 'drift=true', 'filed'],
    ['objects', 'managedBy=api&enabled=true', 'hall'],
    ['objects', 'search=ANNA', 'hall'],
    ['objects', 'search=lamp/at', 'attic'],
    ['objects', 'tag=rooms/hall', 'hall'],
    ['objects/lamp', 'search=rooms', 'hall'],
    ['tags', 'search=damp', 'rooms/cellar'],
    ['tags', 'category=rooms&sort=-name', 'rooms/hall rooms/cellar'],
    ['tasks', 'object=lamp/hall', 'one'],
    ['tasks', 'object=hall', 'one'],
    ['tasks', 'tag=rooms/hall', 'all'],
    ['tasks', 'enabled=true', 'one'],
    ['tasks', 'search=everywhere', 'all'],
    ['tasks', 'sort=-name', 'one all'],
    ['triggers', 'type=lamp', 'a b'],
    ['triggers', 'event=lamp.lit', 'a'],
    ['triggers', 'object=lamp/hall', 'a'],
    ['triggers', 'tag=rooms/hall', 'b'],
    ['triggers', 'enabled=false&sort=-id', 'c b'],
    ['triggers', 'task=all', 'c'],
    ['users', 'scope=admin', 'bob'],
    ['users', 'enabled=true', 'alice'],
    ['users', 'name=Alice', 'alice'],
    ['users', 'sort=-name', 'bob alice'],
    ['types', 'plugin=lamp', 'lamp'],
    ['types', 'instances=none', 'house'],
    ['types', 'search=shines', 'lamp'],
    ['plugins', 'type=house', 'house'],
    ['plugins', 'state=up&sort=-name', 'task lamp house'],
  ])('%s?%s has %s', async (list, query, expected) => {
    const { status, body } = await api.send('GET', `/api/${list}?${query}`);
    expect({ status, body }).toMatchObject({ status: 200 });
    const found = body.items.map(({ id, key, name }: Named) => key ?? id ?? name);
    expect(found.join(' ')).toBe(expected);
  });

  it.each([
    ['expired=false', 'ci ops'],
    ['expired=true', ''],
    ['scope=read', 'ops'],
    ['sort=-expiresAt', 'ops ci'],
    ['search=OP', 'ops'],
    ['name=ci', 'ci'],
  ])('tokens?%s has %s', async (query, expected) => {
    const { body } = await api.send('GET', `/api/tokens?${query}`);
    expect(body.items.map(({ name }: Named) => name).join(' ')).toBe(expected);
  });

  it.each([
    ['objects', 'sort=colour', 'sort', 'name, -name'],
    ['users', 'sort=password', 'sort', '-lastLoginAt'],
    ['events', 'sort=object', 'sort', 'time, -time'],
    ['runs', 'sort=reason', 'sort', '-object'],
    ['tasks', 'enabled=maybe', 'enabled', 'true or false'],
    ['triggers', 'colour=red', 'colour', 'no such field'],
    ['plugins', 'state=sad', 'state', 'starting'],
    ['types', 'limit=0', 'limit', '1'],
    ['tags', 'search=', 'search', '1'],
    ['runs/held', 'sort=time', 'sort', 'no such parameter'],
  ])('%s?%s is refused, and what would do is named', async (list, query, field, named) => {
    const { status, body } = await api.send('GET', `/api/${list}?${query}`);
    expect({ status, code: body.code, field: body.field }).toEqual({
      status: 400,
      code: 'QUERY_INVALID',
      field,
    });
    expect(body.detail).toContain(named);
  });
});
