import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { http } from '../support/http.ts';
import { problem } from '../support/problem.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';

interface Item {
  readonly id: string;
  readonly createdAt?: string;
  readonly receivedAt?: string;
}

describe('the pages of what has happened', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({ config: tellOps('https://example.com', { webhook: { enabled: false } }) });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  /** All pages, and something new between every two of them. */
  const walk = async (path: string, between: () => Promise<unknown>): Promise<Item[]> => {
    const items: Item[] = [];
    for (let cursor = ''; ;) {
      const { body } = await http(app).get(`${path}${cursor}`).expect(200);
      items.push(...(body.items as Item[]));
      if (body.next === undefined) return items;
      expect(body.items).toHaveLength(7);
      cursor = `&cursor=${String(body.next)}`;
      await between();
    }
  };

  it.each(['/api/events', '/api/runs'])(
    'of %s show each once, the newest first, while new ones arrive',
    async (path) => {
      const on = { type: 'vm.power_on', object: 'gpu-01' };
      const publish = () => app.api.publish(on);
      await app.api.request(
        'POST',
        '/api/events',
        Array.from({ length: 20 }, () => on),
      );
      for (let i = 0; i < 10; i++) await publish();

      const before = (await http(app).get(`${path}?limit=500`).expect(200)).body.items as Item[];
      expect(before.length).toBeGreaterThanOrEqual(30);
      const ids = before.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort().reverse());
      const times = before.map(({ createdAt, receivedAt }) => createdAt ?? receivedAt);
      expect(times).toEqual([...times].sort().reverse());

      const walked = await walk(`${path}?limit=7`, publish);
      expect(walked.map(({ id }) => id)).toEqual(ids);
      const after = (await http(app).get(`${path}?limit=500`).expect(200)).body.items as Item[];
      expect(after.slice(-before.length).map(({ id }) => id)).toEqual(ids);
      expect(after.length).toBeGreaterThan(before.length);
    },
  );

  it('are complete with a filter, too', async () => {
    for (let i = 0; i < 9; i++)
      await app.api.publish({ type: i % 3 === 0 ? 'vm.error' : 'vm.reset', object: 'x' });
    const walked = await walk('/api/events?type=vm.error&limit=7', async () => undefined);
    expect(walked).toHaveLength(3);
  });

  it.each(['objects', 'tasks', 'tags', 'triggers'])(
    'of the %s are in the order of their names',
    async (kind) => {
      for (const n of [3, 10, 1, 2, 20]) {
        const id = `n${String(n)}`;
        await app.api.put(`/api/objects/vm/${id}`, { tags: [`tag/${id}`] });
        await app.api.put(`/api/tasks/${id}`, { action: 'webhook.send', target: { object: 'ops' } });
        await app.api.put(`/api/triggers/${id}`, { event: 'vm.reset', task: id });
      }
      const all = (await http(app).get(`/api/${kind}?limit=500`).expect(200)).body.items as object[];
      expect(all.length).toBeGreaterThanOrEqual(5);
      const paged: object[] = [];
      for (let cursor = ''; ;) {
        const { body } = await http(app).get(`/api/${kind}?limit=2${cursor}`).expect(200);
        paged.push(...(body.items as object[]));
        if (body.next === undefined) break;
        cursor = `&cursor=${encodeURIComponent(body.next as string)}`;
      }
      expect(paged).toEqual(all);
    },
  );

  it.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=ten', 'limit'],
    ['cursor=nope', 'cursor'],
    ['from=yesterday', 'from'],
    ['to=2026-02-30T00:00:00Z', 'to'],
    ['colour=red', 'colour'],
  ])('are refused for ?%s', async (query, field) => {
    for (const kind of ['events', 'runs'])
      expect(await http(app).get(`/api/${kind}?${query}`)).toMatchObject(problem('QUERY_INVALID', { field }));
  });
});
