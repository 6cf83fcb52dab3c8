import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openStore } from '../../src/persistence/store.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { object } from '../contract/persistence/records.ts';

const library = join(import.meta.dirname, '../fixtures/plugins/library/index.ts');

it('a change whose event was not stored before the crash is told of at the next start, once', async () => {
  using folder = temporaryFolder();
  const changed = object({ type: 'book', key: 'a', settings: { title: 'A' }, tags: [] });
  const store = await openStore({ url: 'sqlite:', dataDir: folder.path });
  const event = { type: 'book.put', data: { before: null, after: { title: 'A' } }, time: 1_700_000_000_000 };
  // What is on disk when the process ends between the change and its event.
  await store.resources.apply([{ kind: 'object', put: changed }], {
    outbox: [{ id: 'b1', event, object: changed }],
  });
  await store.close();
  for (let n = 0; n < 2; n++) {
    await using app = await startSignalbox({ config: { plugins: [library] }, data: folder.path });
    const { body } = await app.api.get('/api/events');
    expect(body).toMatchObject({
      items: [{ type: 'book.put', object: 'a', data: event.data, time: '2023-11-14T22:13:20.000Z' }],
    });
  }
});

it('a change whose plugin is away is told of once it is back', async () => {
  using folder = temporaryFolder();
  const changed = object({ type: 'book', key: 'a', settings: { title: 'A' }, tags: [] });
  const store = await openStore({ url: 'sqlite:', dataDir: folder.path });
  const event = { type: 'book.put', data: { before: null, after: { title: 'A' } }, time: 1_700_000_000_000 };
  await store.resources.apply([{ kind: 'object', put: changed }], {
    outbox: [{ id: 'b1', event, object: changed }],
  });
  await store.close();
  const stored = async (plugins: readonly string[]): Promise<unknown> => {
    await using app = await startSignalbox({ config: { plugins }, data: folder.path });
    return (await app.api.get('/api/events')).body;
  };
  expect(await stored(['vm'])).toEqual({ items: [] });
  expect(await stored([library])).toMatchObject({ items: [{ type: 'book.put', object: 'a' }] });
});

it('hundreds of objects of a file are told of, each once', async () => {
  using folder = temporaryFolder();
  const keys = Array.from({ length: 450 }, (_, n) => `book/${String(n)}`);
  const objects = Object.fromEntries(keys.map((key) => [key, {}]));
  await using app = await startSignalbox({ config: { plugins: [library], objects }, data: folder.path });
  const { body } = await app.api.get<{ items: readonly { object: string }[] }>('/api/events?limit=500');
  expect(body.items.map((item) => `book/${item.object}`).sort()).toEqual(keys.sort());
});
