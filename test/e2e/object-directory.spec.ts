import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.ts';
import { problem } from '../support/problem.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const library = join(import.meta.dirname, '../fixtures/plugins/library/index.ts');
const mute = join(import.meta.dirname, '../fixtures/plugins/mute/index.ts');
const mirror = join(import.meta.dirname, '../fixtures/plugins/mirror/index.ts');

const start = (data?: string): Promise<TestSignalbox> =>
  startSignalbox({ config: { plugins: [library, mirror] }, ...(data !== undefined && { data }) });

const bookOf = async (api: ApiClient, key: string) => (await api.get(`/api/objects/book/${key}`)).body;

interface EventList {
  readonly items: readonly { readonly type: string; readonly object?: string; readonly data: unknown }[];
}

async function events(api: ApiClient, type: string): Promise<EventList['items']> {
  return (await api.get<EventList>(`/api/events?type=${type}`)).body.items;
}

describe('objects that events name', () => {
  it('come into being, called as the event calls them, and are kept', async () => {
    using folder = temporaryFolder();
    {
      await using app = await start(folder.path);
      await app.api.emit({ type: 'book.lent', object: '978-1', data: { to: 'ada', name: 'On Numbers' } });
      await app.api.emit({ type: 'book.returned', object: '978-2' });
      await app.api.emit({ type: 'mirror.seen', object: 'of a type that does not register' });
    }
    await using app = await start(folder.path);
    expect((await app.api.get('/api/objects')).body).toMatchObject({
      items: [
        { type: 'book', key: '978-1', name: 'On Numbers', tags: [], settings: { title: 'untitled' } },
        { type: 'book', key: '978-2', name: '978-2', managedBy: 'event' },
      ],
    });
  });

  it('do not by an event that tells of their end', async () => {
    await using app = await start();
    await app.api.emit({ type: 'book.removed', object: 'gone', data: { before: null, after: null } });
    expect((await app.api.request('GET', '/api/objects/book/gone')).status).toBe(404);
  });

  it('count as new to whoever hears of changes, until somebody has written of them', async () => {
    await using app = await start();
    for (const key of ['a', 'b']) await app.api.emit({ type: 'book.lent', object: key, data: { to: 'ada' } });
    await app.api.put('/api/objects/book/a', { settings: { title: 'A' } });
    await app.api.request('DELETE', '/api/objects/book/b');
    expect(await events(app.api, 'book.put')).toMatchObject([
      { data: { before: null, after: { title: 'A' } } },
    ]);
    expect(await events(app.api, 'book.removed')).toEqual([]);
  });

  it('keep what people have written of them', async () => {
    await using app = await start();
    await app.api.put('/api/objects/book/a', { name: 'By a person', settings: { title: 'A' } });
    await app.api.emit({ type: 'book.lent', object: 'a', data: { to: 'ada', name: 'By an event' } });
    expect(await bookOf(app.api, 'a')).toMatchObject({ name: 'By a person', managedBy: 'api' });
  });

  it('are as many as the limit lets them, and events about others are taken all the same', async () => {
    await using app = await startSignalbox({
      config: { plugins: [library], limits: { registeredObjects: 2 } },
    });
    await app.api.request(
      'POST',
      '/api/events',
      ['a', 'b', 'c'].map((object) => ({ type: 'book.returned', object })),
    );
    expect((await app.api.get('/api/objects/book')).body).toMatchObject({
      items: [{ key: 'a' }, { key: 'b' }],
    });
    expect(await events(app.api, 'book.returned')).toHaveLength(3);
  });
});

describe('the last known state', () => {
  it('is what events have told last, by the time at which they happened, also after a restart', async () => {
    using folder = temporaryFolder();
    {
      await using app = await start(folder.path);
      const at = (time: string, type: string, data = {}) =>
        app.api.emit({ type, object: 'a', time: `2026-01-01T${time}Z`, data });
      await at('10:00:00', 'book.lent', { to: 'ada' });
      expect(await bookOf(app.api, 'a')).toMatchObject({
        state: { out: true, by: 'ada' },
        stateAt: '2026-01-01T10:00:00.000Z',
      });
      await at('12:00:00', 'book.returned');
      await at('11:00:00', 'book.lent', { to: 'too late' });
    }
    await using app = await start(folder.path);
    expect(await bookOf(app.api, 'a')).toMatchObject({ state: { out: false, by: 'ada' } });
  });

  it('is not kept back by a clock that is ahead, nor by what comes late after a repetition', async () => {
    await using app = await start();
    const tell = (type: string, time: string, data = {}) =>
      app.api.emit({ type: `book.${type}`, object: 'a', data, ...(time && { time }) });
    await tell('lent', '2099-01-01T00:00:00Z', { to: 'ada' });
    await tell('returned', '');
    expect(await bookOf(app.api, 'a')).toMatchObject({ state: { out: false } });

    const lent = { type: 'book.lent', object: 'b', data: { to: 'ada' } };
    await app.api.emit({ ...lent, time: '2026-01-01T10:00:00Z' });
    await app.api.emit({ ...lent, time: '2026-01-01T12:00:00Z' });
    await app.api.emit({ type: 'book.returned', object: 'b', time: '2026-01-01T11:00:00Z', data: {} });
    expect(await bookOf(app.api, 'b')).toMatchObject({
      state: { out: true },
      stateAt: '2026-01-01T12:00:00.000Z',
    });
  });

  it('can be asked for in filters and messages', async () => {
    await using app = await start();
    await app.api.put('/api/objects/mirror/m', {});
    await app.api.put('/api/tasks/t', { action: 'mirror.reflect', target: { object: 'm' } });
    await app.api.put('/api/triggers/t', {
      ...{ event: 'book.asked_for', task: 't' },
      filter: { 'object.state.out': true },
    });
    await app.api.put('/api/objects/book/a', { settings: { title: 'A' } });
    expect(await app.api.publish({ type: 'book.asked_for', data: { title: 'A' } })).toMatchObject({
      runs: 0,
    });
    await app.api.emit({ type: 'book.lent', object: 'a', data: { to: 'ada' } });
    expect(await app.api.publish({ type: 'book.asked_for', data: { title: 'A' } })).toMatchObject({
      runs: 1,
    });
  });

  it('is gone with its object', async () => {
    await using app = await start();
    await app.api.emit({ type: 'book.lent', object: 'a', data: { to: 'ada' } });
    await app.api.request('DELETE', '/api/objects/book/a');
    await app.api.put('/api/objects/book/a', {});
    expect(await bookOf(app.api, 'a')).not.toHaveProperty('state');
  });
});

describe('changes of objects', () => {
  it('are events that triggers see, with the tags that the object has or had', async () => {
    await using app = await start();
    await app.api.put('/api/objects/mirror/m', {});
    await app.api.put('/api/tasks/t', { action: 'mirror.reflect', target: { object: 'm' } });
    for (const event of ['book.put', 'book.removed'])
      await app.api.put(`/api/triggers/${event}`, { event, tag: 'books/rare', task: 't' });

    await app.api.put('/api/objects/book/a', { tags: ['books/rare'], settings: { title: 'A' } });
    await app.api.request('PATCH', '/api/objects/book/a', { settings: { title: 'B' } });
    await app.api.request('DELETE', '/api/objects/book/a');
    expect(await events(app.api, 'book.removed')).toMatchObject([
      { object: 'a', data: { before: { title: 'B' }, after: null } },
    ]);
    expect(await events(app.api, 'book.put')).toMatchObject([
      { data: { before: { title: 'A' }, after: { title: 'B' } } },
      { data: { before: null, after: { title: 'A' } } },
    ]);
    expect(await app.api.runs('?task=t')).toHaveLength(3);
  });

  it('by the configuration file are events, too, once', async () => {
    using folder = temporaryFolder();
    const config = { plugins: [library], objects: { 'book/a': { settings: { title: 'A' } } } };
    for (let n = 0; n < 2; n++) {
      await using app = await startSignalbox({ config, data: folder.path });
      expect(await events(app.api, 'book.put')).toHaveLength(1);
    }
  });

  it('are made although a plugin cannot tell of them', async () => {
    await using app = await startSignalbox({ config: { plugins: [mute] } });
    await app.api.put('/api/objects/secretive/a', { settings: { title: 'A' } });
    expect((await app.api.get('/api/objects/secretive/a')).body).toMatchObject({ settings: { title: 'A' } });
    expect((await app.api.get('/api/events')).body).toEqual({ items: [] });
  });

  it('that are refused are no events', async () => {
    await using app = await start();
    await app.api.request('PUT', '/api/objects/book/a', { settings: { title: 3 } });
    expect(await events(app.api, 'book.put')).toEqual([]);
  });
});

describe('an event that names no object', () => {
  it('is one for each object that its type finds, each with its own data', async () => {
    await using app = await start();
    for (const [key, title, price] of [
      ['a', 'Same', 1],
      ['b', 'Other', 2],
      ['c', 'Same', 3],
    ] as const)
      await app.api.put(`/api/objects/book/${key}`, { settings: { title, price } });
    const asked = { type: 'book.asked_for', source: 'desk', id: '1', data: { title: 'Same' } };
    const first = await app.api.publish(asked);
    expect(first).toMatchObject({ duplicate: false, events: [{ object: 'a' }, { object: 'c' }] });
    expect(await events(app.api, 'book.asked_for')).toMatchObject([
      { object: 'c', data: { price: 3 } },
      { object: 'a', data: { price: 1 } },
    ]);
    // Sent again, it is the same two.
    expect(await app.api.publish(asked)).toMatchObject({ id: first.id, duplicate: true });
    expect(await events(app.api, 'book.asked_for')).toHaveLength(2);
  });

  it('is kept and fires nothing when its type finds none', async () => {
    await using app = await start();
    await app.api.put('/api/objects/mirror/m', {});
    await app.api.put('/api/tasks/t', { action: 'mirror.reflect', target: { object: 'm' } });
    await app.api.put('/api/triggers/t', { event: 'book.asked_for', task: 't' });
    const published = await app.api.publish({ type: 'book.asked_for', data: { title: 'Nobody wrote it' } });
    expect(published).toMatchObject({ runs: 0 });
    expect(await events(app.api, 'book.asked_for')).toHaveLength(1);
  });
});

describe('tags in bulk', () => {
  it('are put on many objects and taken from others at once, and triggers follow', async () => {
    await using app = await start();
    for (const key of ['a', 'b', 'c']) await app.api.put(`/api/objects/book/${key}`, {});
    const retag = (body: object) => app.api.request('POST', '/api/tags/books/rare/objects', body);
    expect(await retag({ add: ['book/a', 'book/b'] })).toMatchObject({
      status: 200,
      body: { name: 'books/rare', added: 2, removed: 0 },
    });
    expect(await retag({ add: ['book/a', 'book/c'], remove: ['book/a'] })).toMatchObject(
      problem('RESOURCE_INVALID', { field: 'remove' }),
    );
    expect(await retag({ add: ['book/b', 'book/c'], remove: ['book/a'] })).toMatchObject({
      body: { added: 1, removed: 1 },
    });
    const bearers = await app.api.get('/api/objects?tag=books/rare');
    expect(bearers.body).toMatchObject({ items: [{ key: 'b' }, { key: 'c' }] });
  });

  it('change nothing when one of the objects does not exist', async () => {
    await using app = await start();
    await app.api.put('/api/objects/book/a', {});
    const answer = await app.api.request('POST', '/api/tags/books/rare/objects', {
      add: ['book/a', 'book/nobody'],
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'REFERENCE_MISSING' } });
    expect((await app.api.get('/api/tags?category=books')).body).toMatchObject({ items: [] });
  });
});
