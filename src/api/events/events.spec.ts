import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { housePlugin, lampPlugin } from '../../../test/support/api-plugins.ts';

const lit = { type: 'lamp.lit', object: 'desk', data: { level: 'high' } };
const cloudEvent = {
  specversion: '1.0',
  id: 'a1',
  source: '/house/sensors',
  type: 'lamp.lit',
  subject: 'desk',
  time: '2026-03-01T12:00:00+01:00',
  data: { level: 'low' },
};
const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const batched = { 'content-type': 'application/cloudevents-batch+json' };

describe('events', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([lampPlugin, housePlugin]);
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    api.storage.fail = false;
    api.storage.storedEvents.length = 0;
    api.storage.storedRuns.length = 0;
  });

  const post = (body: unknown, headers: Record<string, string | undefined> = {}) =>
    api.send('POST', '/api/events', body, headers);

  describe('POST /api/events', () => {
    it('stores a native event and answers with its id', async () => {
      const { status, body } = await post(lit);
      expect(status).toBe(202);
      expect(body).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), duplicate: false, runs: 0 });
      expect(api.storage.storedEvents).toMatchObject([
        { id: body.id, type: 'lamp.lit', object: 'desk', data: { level: 'high' }, source: 'signalbox/api' },
      ]);
    });

    it('takes no dry run for a sending', async () => {
      expect(await api.send('POST', '/api/events?dryRun=true', lit)).toMatchObject({
        status: 400,
        body: {
          code: 'QUERY_INVALID',
          field: 'dryRun',
          detail: expect.stringContaining('POST /api/events:explain'),
        },
      });
      expect(api.storage.storedEvents).toEqual([]);
      const signed = await api.send('POST', '/api/events?sig=1', lit);
      expect(signed.status).toBe(202);
    });

    it('tells a duplicate by source and id, and gives the id of the stored event', async () => {
      const event = { ...lit, source: 'sensor', id: '7', time: '2026-03-01T12:00:00Z' };
      const first = await post(event);
      const second = await post(event);
      expect(second).toMatchObject({ status: 202, body: { id: first.body.id, duplicate: true, runs: 0 } });
      expect(api.storage.storedEvents).toMatchObject([
        { sourceId: '7', time: Date.parse('2026-03-01T12:00:00Z') },
      ]);
    });

    it('answers an array with one result for each event, even for none', async () => {
      const { status, body } = await post([lit, { ...lit, object: 'floor' }]);
      expect(status).toBe(202);
      expect(body.events).toHaveLength(2);
      expect(api.storage.storedEvents.map(({ object }) => object)).toEqual(['desk', 'floor']);
      expect(await post([])).toMatchObject({ status: 202, body: { events: [] } });
      expect((await post([lit])).body.events).toHaveLength(1);
    });

    it('takes a structured CloudEvent', async () => {
      expect(await post(cloudEvent, structured)).toMatchObject({ status: 202, body: { duplicate: false } });
      expect(api.storage.storedEvents).toMatchObject([
        {
          source: '/house/sensors',
          sourceId: 'a1',
          type: 'lamp.lit',
          object: 'desk',
          time: Date.parse('2026-03-01T11:00:00Z'),
          data: { level: 'low' },
        },
      ]);
    });

    it('takes a binary CloudEvent', async () => {
      const headers = {
        'ce-specversion': '1.0',
        'ce-id': 'b%20%C3%A4',
        'ce-source': '/house',
        'ce-type': 'lamp.lit',
        'ce-subject': 'desk',
        'ce-traceparent': '00-1-2-01',
      };
      expect(await post({ level: 'low' }, headers)).toMatchObject({ status: 202 });
      expect(api.storage.storedEvents).toMatchObject([
        { sourceId: 'b ä', object: 'desk', data: { level: 'low' } },
      ]);
    });

    it('takes a binary CloudEvent without data', async () => {
      const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 's', 'ce-type': 'house.quiet' };
      expect(await post(undefined, headers)).toMatchObject({ status: 202 });
    });

    it('takes a batch of CloudEvents', async () => {
      const { status, body } = await post([cloudEvent, { ...cloudEvent, id: 'a2' }], batched);
      expect(status).toBe(202);
      expect(body.events).toHaveLength(2);
      expect(await post(cloudEvent, batched)).toMatchObject({ status: 400, body: { code: 'BODY_INVALID' } });
    });

    it('says which field of which event of a batch is wrong, and stores none', async () => {
      const bad = { ...lit, data: { level: 'blinding' } };
      expect(await post([lit, lit, lit, bad])).toMatchObject({
        status: 422,
        body: {
          code: 'EVENT_INVALID',
          field: 'events[3].data.level',
          detail: expect.stringContaining('events[3]'),
          errors: [{ field: 'events[3].data.level', message: expect.any(String) }],
        },
      });
      expect(await post([bad])).toMatchObject({ body: { field: 'events[0].data.level' } });
      expect(await post([lit, { ...lit, colour: 1 }])).toMatchObject({ body: { field: 'events[1].colour' } });
      expect(await post([cloudEvent, { ...cloudEvent, id: '' }], batched)).toMatchObject({
        body: { field: 'events[1].id' },
      });
      expect(await post([lit, 7])).toMatchObject({ body: { field: 'events[1]' } });
      expect(api.storage.storedEvents).toEqual([]);
    });

    it('says which field of a single event is wrong', async () => {
      expect(await post({ ...lit, data: { level: 'blinding' } })).toMatchObject({
        status: 422,
        body: { code: 'EVENT_INVALID', field: 'data.level' },
      });
    });

    it.each([
      ['an unknown type', { ...lit, type: 'lamp.flown' }, 'EVENT_TYPE_UNKNOWN', 'type'],
      ['no type', { object: 'desk' }, 'EVENT_INVALID', 'type'],
      ['an object that is missing', { type: 'lamp.lit' }, 'EVENT_INVALID', 'object'],
      ['an object for a type that has none', { type: 'house.quiet', object: 'a' }, 'EVENT_INVALID', 'object'],
      ['a number as object', { ...lit, object: 7 }, 'EVENT_INVALID', 'object'],
      ['a time that is none', { ...lit, time: 'yesterday' }, 'EVENT_INVALID', 'time'],
      ['an unknown field', { ...lit, level: 'high' }, 'EVENT_INVALID', 'level'],
    ])('refuses an event with %s', async (_what, event, code, field) => {
      expect(await post(event)).toMatchObject({ status: 422, body: { code, field } });
    });

    it('refuses a body that is no event', async () => {
      expect(await post('7')).toMatchObject({ status: 422, body: { code: 'EVENT_INVALID' } });
      expect(await post('')).toMatchObject({ status: 400, body: { code: 'BODY_INVALID' } });
      expect(await post(undefined)).toMatchObject({ status: 400, body: { code: 'BODY_INVALID' } });
    });

    it('points a CloudEvent with the wrong media type to the right one', async () => {
      const { status, body } = await post(cloudEvent);
      expect({ status, field: body.field }).toEqual({ status: 422, field: 'specversion' });
      expect(body.detail).toContain('application/cloudevents+json');
    });

    it('refuses a batch of more than 1,000 events', async () => {
      const quiet = { type: 'house.quiet' };
      expect((await post(Array(1_000).fill(quiet))).status).toBe(202);
      expect(await post(Array(1_001).fill(quiet))).toMatchObject({
        status: 413,
        body: { code: 'BATCH_TOO_LARGE', detail: 'at most 1,000 events at once, got 1,001' },
      });
    });

    it('answers 503 with Retry-After when the storage fails, and stores nothing', async () => {
      api.storage.fail = true;
      const { status, headers, body } = await post(lit);
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'STORAGE_UNAVAILABLE' });
      expect(headers['retry-after']).toBe('7');
      api.storage.fail = false;
      expect((await post(lit)).status).toBe(202);
    });
  });

  describe('GET /api/events', () => {
    it('lists the newest first, in pages', async () => {
      for (const object of ['a', 'b', 'c']) await post({ ...lit, object });
      const first = await api.send('GET', '/api/events?limit=2');
      expect(first.body.items.map((event: { object: string }) => event.object)).toEqual(['c', 'b']);
      const second = await api.send('GET', `/api/events?limit=2&cursor=${first.body.next}`);
      expect(second.body.items.map((event: { object: string }) => event.object)).toEqual(['a']);
      expect(second.body).not.toHaveProperty('next');
    });

    it('filters by type, object, source and time', async () => {
      await post(lit);
      await post({ ...lit, object: 'floor', source: 'x' });
      await post({ type: 'house.quiet' });
      const count = async (query: string) =>
        (await api.send('GET', `/api/events?${query}`)).body.items.length;
      expect(await count('type=lamp.lit')).toBe(2);
      expect(await count('object=floor')).toBe(1);
      expect(await count('source=x')).toBe(1);
      expect(await count('from=2020-01-01T00:00:00Z')).toBe(3);
      expect(await count('to=2020-01-01T00:00:00%2B01:00')).toBe(0);
    });

    it('lists every query parameter that is wrong', async () => {
      const { status, body } = await api.send('GET', '/api/events?limit=501&from=noon&sort=size&colour=red');
      expect(status).toBe(400);
      expect(body.code).toBe('QUERY_INVALID');
      expect(body.errors.map((issue: { field: string }) => issue.field).sort()).toEqual([
        'colour',
        'from',
        'limit',
        'sort',
      ]);
      expect(await api.send('GET', '/api/events?limit=1&limit=2')).toMatchObject({
        status: 400,
        body: { field: 'limit' },
      });
      expect(await api.send('GET', '/api/events?limit=')).toMatchObject({
        status: 400,
        body: { field: 'limit' },
      });
      expect(await api.send('GET', '/api/events?__proto__=1')).toMatchObject({ status: 400 });
    });
  });

  describe('GET /api/events/:id', () => {
    it('gives the event with the runs that it caused', async () => {
      await api.send('PUT', '/api/objects/lamp/hall', {});
      await api.send('PUT', '/api/tasks/follow', {
        action: 'lamp.light',
        target: { object: 'hall' },
        settings: { level: 'high' },
      });
      await api.send('PUT', '/api/triggers/t', { event: 'lamp.lit', task: 'follow' });
      const { body } = await post(lit);
      expect(body.runs).toBe(1);
      const event = await api.send('GET', `/api/events/${body.id}`);
      expect(event).toMatchObject({
        status: 200,
        body: {
          id: body.id,
          type: 'lamp.lit',
          object: 'desk',
          data: { level: 'high' },
          time: expect.stringMatching(/Z$/),
          runs: [
            { state: 'pending', task: { id: 'follow' }, target: 'lamp/hall', trigger: 't', attempts: 0 },
          ],
        },
      });
      expect(event.body).not.toHaveProperty('moreRuns');
    });

    it('lists at most 500 runs and says where the rest is', async () => {
      const { body } = await post({ type: 'house.quiet' });
      const run = {
        eventId: body.id,
        taskId: 'x',
        taskName: 'x',
        action: 'lamp.light',
        target: 'lamp/hall',
        input: {},
        state: 'succeeded',
        attempts: 1,
        dueAt: 0,
        createdAt: 0,
      } as const;
      for (let i = 0; i < 501; i++) {
        api.storage.storedRuns.push({ ...run, id: `01900000-0000-7000-8000-${String(i).padStart(12, '0')}` });
      }
      const event = await api.send('GET', `/api/events/${body.id}`);
      expect(event.body.runs).toHaveLength(500);
      const rest = await api.send('GET', event.body.moreRuns);
      expect(rest.body.items).toHaveLength(1);
    });

    it('answers 404 for an event that is not kept', async () => {
      expect(await api.send('GET', '/api/events/nope')).toMatchObject({
        status: 404,
        body: { code: 'NOT_FOUND', detail: 'there is no event nope' },
      });
    });
  });
});
