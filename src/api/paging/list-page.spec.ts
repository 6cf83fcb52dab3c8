import { describe, expect, it } from '@jest/globals';
import { listPage, type List } from './list-page.ts';

interface Thing {
  readonly id: string;
  readonly size: number;
  readonly name: string;
}

const list: List<Thing> = {
  name: 'things',
  id: ({ id }) => id,
  sorts: { size: ({ size }) => size, name: ({ name }) => name },
  texts: ({ name }) => [name, undefined],
};

/** In no order, and many of them alike. */
const things = Array.from({ length: 2_500 }, (_, i) => ({
  id: `t${String((i * 7_919) % 2_500)}`,
  size: (i * 31) % 40,
  name: `Name ${String(i % 7)}`,
}));

async function everyPage(query: object, limit: number): Promise<readonly Thing[]> {
  const found: Thing[] = [];
  let cursor: string | undefined;
  do {
    const asked = { limit, ...query, ...(cursor !== undefined && { cursor }) };
    const { items, next } = await listPage(list, {
      items: things,
      query: asked,
      fits: ({ size }) => size !== 3,
    });
    expect(items.length).toBe(next === undefined ? items.length : limit);
    found.push(...items);
    cursor = next;
  } while (cursor !== undefined);
  return found;
}

function sorted(key: (thing: Thing) => string | number, direction: 1 | -1): readonly Thing[] {
  const byKey = (a: Thing, b: Thing): number => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  const byId = (a: Thing, b: Thing): number => (a.id < b.id ? -1 : 1);
  return things.filter(({ size }) => size !== 3).sort((a, b) => (byKey(a, b) || byId(a, b)) * direction);
}

describe('the pages of a list', () => {
  it.each([
    [{}, sorted(({ id }) => id, 1)],
    [{ sort: 'size' }, sorted(({ size }) => size, 1)],
    [{ sort: '-size' }, sorted(({ size }) => size, -1)],
    [{ sort: 'name' }, sorted(({ name }) => name, 1)],
    [{ sort: '-name' }, sorted(({ name }) => name, -1)],
  ])('put together are the whole list in its order: %j', async (query, expected) => {
    expect(await everyPage(query, 97)).toEqual(expected);
  });

  it('have only what is looked for, upper and lower case alike', async () => {
    const expected = sorted(({ id }) => id, 1).filter(({ name }) => name === 'Name 5');
    expect(await everyPage({ search: 'nAME 5' }, 10)).toEqual(expected);
    expect(await everyPage({ search: 'none' }, 10)).toEqual([]);
  });

  it('ask for the cursor of their own list and order', async () => {
    const page = (query: object) => listPage(list, { items: things, query: { limit: 1, ...query } });
    const { next: cursor } = await page({ sort: 'size' });
    expect((await page({ sort: 'size', cursor })).items).toHaveLength(1);
    for (const wrong of [{ sort: '-size', cursor }, { cursor }, { cursor: 'nope' }, { cursor: 'W10' }])
      await expect(page(wrong)).rejects.toMatchObject({ code: 'QUERY_INVALID', field: 'cursor' });
    const others = listPage(
      { ...list, name: 'others' },
      { items: things, query: { limit: 1, sort: 'size', cursor: cursor ?? '' } },
    );
    await expect(others).rejects.toMatchObject({ code: 'QUERY_INVALID', field: 'cursor' });
  });
});
