import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';

let api: ApiApp;

const send = (method: string, url: string, body?: unknown) => api.send(method, url, body);
const put = async (url: string, body: object) => {
  const { status } = await send('PUT', url, body);
  expect([200, 201]).toContain(status);
};
const light = (target: object, more: object = {}) => ({
  ...{ action: 'lamp.light', target, settings: { level: 'high' } },
  ...more,
});

beforeAll(async () => {
  api = await startApi([lampPlugin]);
  await put('/api/objects/lamp/hall', { tags: ['rooms/hall'] });
  await put('/api/objects/lamp/attic', { enabled: false, tags: ['rooms/attic', 'rooms/top'] });
  await put('/api/objects/lamp/roof', { tags: ['rooms/top'] });
  await put('/api/tags/rooms/cellar', {});
  await put('/api/tasks/all-on', light({ tag: 'rooms/top' }));
  await put('/api/tasks/hall-on', light({ object: 'hall' }, { name: 'Hall on' }));
  await put('/api/tasks/off-duty', light({ object: 'hall' }, { enabled: false }));
  await put('/api/tasks/nobody', light({ tag: 'rooms/cellar' }));
  const triggers: Record<string, object> = {
    any: { task: 'hall-on' },
    again: { task: 'hall-on', object: 'hall' },
    attic: { task: 'all-on', object: 'attic' },
    cellar: { task: 'all-on', tag: 'rooms/cellar' },
    'to-top': { task: 'all-on', tag: 'rooms/hall' },
    off: { task: 'all-on', enabled: false },
    lazy: { task: 'off-duty' },
    empty: { task: 'nobody' },
    low: { task: 'nobody', filter: { 'data.level': 'low', 'object.settings.watts': { $gt: 5, $lt: 8 } } },
  };
  for (const [id, trigger] of Object.entries(triggers))
    await put(`/api/triggers/${id}`, { event: 'lamp.lit', ...trigger });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

interface Item {
  readonly trigger: string;
  readonly fires: boolean;
  readonly reason?: string;
}

const explain = async (body: unknown, query = '') => {
  const answer = await send('POST', `/api/events:explain${query}`, body);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
  return answer.body.items[0];
};

describe('POST /api/events:explain', () => {
  it('says of every trigger of the type whether it fires, and if not why, those that fire first', async () => {
    const { runs, object, total, triggers } = await explain({
      type: 'lamp.lit',
      object: 'hall',
      data: { level: 'high' },
    });
    expect(
      triggers.items.map(({ trigger, fires, reason }: Item) => [trigger, fires ? 'fires' : reason]),
    ).toEqual([
      ['any', 'fires'],
      ['empty', 'fires'],
      ['to-top', 'fires'],
      ['again', 'task_fired'],
      ['lazy', 'task_disabled'],
      ['low', 'task_fired'],
      ['off', 'trigger_disabled'],
      ['attic', 'object'],
      ['cellar', 'tag'],
    ]);
    expect({ runs, object, total }).toEqual({
      runs: 3,
      object: { name: 'hall', tags: ['rooms/hall'] },
      total: 9,
    });
  });

  it('says what would become of each target', async () => {
    const { triggers } = await explain({ type: 'lamp.lit', object: 'hall' });
    const byId = new Map<string, unknown>(triggers.items.map((item: Item) => [item.trigger, item]));
    expect(byId.get('to-top')).toMatchObject({
      tag: 'rooms/hall',
      task: { id: 'all-on', action: 'lamp.light' },
      targets: {
        total: 2,
        items: [
          { target: 'lamp/attic', wouldAct: false, reason: 'target_disabled' },
          { target: 'lamp/roof', wouldAct: true },
        ],
      },
    });
    expect(byId.get('empty')).toMatchObject({ fires: true, targets: { total: 0, items: [] } });
    expect(byId.get('any')).toMatchObject({ task: { id: 'hall-on', name: 'Hall on' } });

    api.registry.report('lamp', { state: 'down', reason: 'gone', restarts: 0 });
    const { triggers: down } = await explain({ type: 'lamp.lit', object: 'hall' });
    api.registry.report('lamp', { state: 'up', restarts: 0 });
    expect(down.items[0]).toMatchObject({
      trigger: 'any',
      targets: { items: [{ target: 'lamp/hall', wouldAct: false, reason: 'plugin_unavailable' }] },
    });
  });

  it('says which conditions of a filter fail, and what the event has there', async () => {
    await put('/api/triggers/empty', { event: 'lamp.lit', task: 'nobody', enabled: false });
    const { triggers } = await explain({ type: 'lamp.lit', object: 'hall', data: { level: 'high' } });
    await put('/api/triggers/empty', { event: 'lamp.lit', task: 'nobody' });
    expect(triggers.items.find(({ trigger }: Item) => trigger === 'low')).toMatchObject({
      fires: false,
      reason: 'filter',
      failed: [
        { at: 'filter.data.level', condition: 'low', value: 'high' },
        { at: 'filter.object.settings.watts.$lt', condition: 8, value: 10 },
      ],
    });
  });

  it('shows the beginning of a value that is too long', async () => {
    await put('/api/triggers/by', {
      event: 'lamp.lit',
      task: 'nobody',
      filter: { 'data.by': 'x' },
      object: 'roof',
    });
    await put('/api/triggers/empty', { event: 'lamp.lit', task: 'nobody', enabled: false });
    const { triggers } = await explain({ type: 'lamp.lit', object: 'roof', data: { by: 'y'.repeat(5_000) } });
    await put('/api/triggers/empty', { event: 'lamp.lit', task: 'nobody' });
    await send('DELETE', '/api/triggers/by');
    const { failed } = triggers.items.find(({ trigger }: Item) => trigger === 'by');
    expect(failed).toEqual([{ at: 'filter.data.by', condition: 'x', valueBegins: `"${'y'.repeat(199)}` }]);
  });

  it('says that the chain of causes has become too long', async () => {
    const { runs, reason, triggers } = await explain({
      type: 'lamp.lit',
      object: 'hall',
      causedBy: { id: 'x', depth: 8 },
    });
    expect({ runs, reason, first: triggers.items[0] }).toMatchObject({
      runs: 0,
      reason: 'chain_too_long',
      first: { trigger: 'any', fires: false, reason: 'chain_too_long' },
    });
  });

  it('stores nothing', async () => {
    const stored = api.storage.storedEvents.length;
    await explain({ type: 'lamp.lit', object: 'stranger' });
    expect(api.storage.storedEvents).toHaveLength(stored);
    expect((await send('GET', '/api/objects/lamp/stranger')).status).toBe(404);
  });

  it('gives its triggers page by page', async () => {
    const event = { type: 'lamp.lit', object: 'hall' };
    const seen: string[] = [];
    for (let query = '?limit=4'; ;) {
      const { triggers } = await explain(event, query);
      seen.push(...triggers.items.map(({ trigger }: Item) => trigger));
      if (triggers.next === undefined) break;
      query = `?limit=4&cursor=${encodeURIComponent(triggers.next)}`;
    }
    expect(seen).toEqual(['any', 'empty', 'to-top', 'again', 'lazy', 'low', 'off', 'attic', 'cellar']);
  });

  it('takes what could be sent as an event, and refuses what could not', async () => {
    const both = await send('POST', '/api/events:explain', [
      { type: 'lamp.lit', object: 'hall' },
      { type: 'task.run', object: 'hall-on' },
    ]);
    expect(both.body.items).toMatchObject([{ total: 9 }, { runs: 1 }]);
    expect(await send('POST', '/api/events:explain', { type: 'lamp.sung' })).toMatchObject({
      status: 422,
      body: { code: 'EVENT_TYPE_UNKNOWN' },
    });
    const wrong = [{ type: 'lamp.lit', object: 'a', data: { level: 'odd' } }];
    expect(await send('POST', '/api/events:explain', wrong)).toMatchObject({
      status: 422,
      body: { code: 'EVENT_INVALID', field: 'events[0].data.level' },
    });
    const many = Array.from({ length: 21 }, () => ({ type: 'lamp.lit', object: 'hall' }));
    expect(await send('POST', '/api/events:explain', many)).toMatchObject({
      status: 413,
      body: { code: 'BATCH_TOO_LARGE' },
    });
    expect(await send('GET', '/api/events:explain')).toMatchObject({ status: 405 });
  });
});

describe('GET /api/events/:id/explain', () => {
  it('explains with what is configured now, beside what happened then', async () => {
    const { body } = await send('POST', '/api/events', { type: 'lamp.lit', object: 'hall' });
    await put('/api/triggers/any', { event: 'lamp.lit', task: 'hall-on', object: 'roof' });
    await put('/api/triggers/again', { event: 'lamp.lit', task: 'hall-on', object: 'roof' });
    const answer = await send('GET', `/api/events/${body.id}/explain`);
    await put('/api/triggers/any', { event: 'lamp.lit', task: 'hall-on' });
    await put('/api/triggers/again', { event: 'lamp.lit', task: 'hall-on', object: 'hall' });
    const [explanation] = answer.body.items;
    expect(explanation).toMatchObject({ event: { id: body.id }, runs: 2, happened: { runs: 3 } });
    expect(explanation.triggers.items.find(({ trigger }: Item) => trigger === 'any')).toMatchObject({
      fires: false,
      reason: 'object',
      fired: true,
    });
    expect((await send('GET', '/api/events/unknown/explain')).status).toBe(404);
  });
});
