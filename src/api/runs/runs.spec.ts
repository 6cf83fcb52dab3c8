import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';
import type { RunRecord, RunState } from '../../domain/records.ts';

const id = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const eventId = id(900);

const run = (n: number, state: RunState, change: Partial<RunRecord> = {}): RunRecord => ({
  id: id(n),
  eventId,
  taskId: 'follow',
  taskName: 'Follow',
  action: 'lamp.light',
  target: 'lamp/hall',
  input: { level: '${event.data.level}' },
  state,
  attempts: 1,
  dueAt: 1_000 * n,
  createdAt: 1_000 * n,
  ...change,
});

describe('runs', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([lampPlugin]);
    api.storage.storedEvents.push({
      id: eventId,
      source: 's',
      type: 'lamp.lit',
      object: 'desk',
      time: 0,
      receivedAt: 0,
      data: { level: 'high' },
      depth: 0,
    });
    api.storage.storedRuns.push(
      run(1, 'succeeded', { startedAt: 1_500, finishedAt: 1_750, triggerId: 't' }),
      run(2, 'failed', { reason: 'no current', startedAt: 2_000, finishedAt: 2_001 }),
      run(3, 'held', { reason: 'target_disabled', target: 'lamp/desk', attempts: 0 }),
      run(4, 'pending', { taskId: 'other', eventId: id(901), attempts: 0 }),
    );
    api.storage.storedAttempts.push({
      runId: id(2),
      number: 1,
      startedAt: 2_000,
      durationMs: 1,
      outcome: 'failed',
      error: 'no current',
      sent: { volts: 230 },
    });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  const numbers = async (query: string): Promise<number[]> => {
    const { body } = await api.send('GET', `/api/runs?${query}`);
    return body.items.map((item: { id: string }) => Number(item.id.slice(-12)));
  };

  it('are listed newest first, with times for people', async () => {
    const { status, body } = await api.send('GET', '/api/runs');
    expect(status).toBe(200);
    expect(body.items[3]).toEqual({
      id: id(1),
      state: 'succeeded',
      task: { id: 'follow', name: 'Follow' },
      action: 'lamp.light',
      target: 'lamp/hall',
      event: { id: eventId, type: 'lamp.lit', object: 'desk' },
      trigger: 't',
      attempts: 1,
      dueAt: '1970-01-01T00:00:01.000Z',
      createdAt: '1970-01-01T00:00:01.000Z',
      startedAt: '1970-01-01T00:00:01.500Z',
      finishedAt: '1970-01-01T00:00:01.750Z',
      durationMs: 250,
    });
    expect(await numbers('')).toEqual([4, 3, 2, 1]);
  });

  it('are filtered by state, task, object, event and time', async () => {
    expect(await numbers('state=failed')).toEqual([2]);
    expect(await numbers('state=failed,held')).toEqual([3, 2]);
    expect(await numbers('state=failed&state=held')).toEqual([3, 2]);
    expect(await numbers('task=other')).toEqual([4]);
    expect(await numbers('object=lamp/desk')).toEqual([3]);
    expect(await numbers(`event=${id(901)}`)).toEqual([4]);
    expect(await numbers('from=1970-01-01T00:00:02Z&to=1970-01-01T00:00:04Z')).toEqual([3, 2]);
    const { body } = await api.send('GET', '/api/runs?limit=2');
    expect(await numbers(`limit=1&cursor=${body.next}`)).toEqual([2]);
  });

  it('are found by action, type of the event and a text, and sorted', async () => {
    expect(await numbers('action=lamp.light')).toEqual([4, 3, 2, 1]);
    expect(await numbers('action=lamp.dim')).toEqual([]);
    expect(await numbers('type=lamp.lit&state=failed')).toEqual([2]);
    expect(await numbers('search=lamp%2Fdesk')).toEqual([3]);
    expect(await numbers('sort=time')).toEqual([1, 2, 3, 4]);
    expect(await numbers('sort=-time')).toEqual([4, 3, 2, 1]);
    for (const sort of ['object', '-object', 'task', '-task'])
      expect(await numbers(`sort=${sort}`)).toHaveLength(4);
  });

  it.each([
    'action=light',
    'type=lit',
    'search=',
    'sort=duration',
    'state=done',
    'state=failed,done',
    'state=',
    'object=hall',
    'event=7',
    'limit=0',
    'to=1',
    'tasks=x',
  ])('are not listed for ?%s', async (query) => {
    expect(await api.send('GET', `/api/runs?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'QUERY_INVALID', field: query.split('=')[0] },
    });
  });

  it('are shown with input, attempts and event', async () => {
    const { body } = await api.send('GET', `/api/runs/${id(2)}`);
    expect(body).toMatchObject({
      id: id(2),
      state: 'failed',
      reason: 'no current',
      attempts: 1,
      input: { level: '${event.data.level}' },
      event: { id: eventId, type: 'lamp.lit', object: 'desk', data: { level: 'high' } },
      attemptLog: [
        {
          number: 1,
          startedAt: '1970-01-01T00:00:02.000Z',
          durationMs: 1,
          outcome: 'failed',
          error: 'no current',
          sent: { volts: 230 },
        },
      ],
    });
    expect(body.attemptLog[0]).not.toHaveProperty('runId');
  });

  it('are shown without their event once that is no longer kept', async () => {
    expect((await api.send('GET', `/api/runs/${id(4)}`)).body.event).toEqual({ id: id(901) });
    expect(await api.send('GET', '/api/runs/nope')).toMatchObject({ status: 404 });
  });

  it('are retried once they have failed or are held, and only then', async () => {
    expect(await api.send('POST', `/api/runs/${id(2)}/retry`)).toMatchObject({
      status: 202,
      body: { id: id(2), state: 'pending' },
    });
    expect(await api.send('POST', `/api/runs/${id(1)}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'RUN_NOT_RETRYABLE' },
    });
    expect(await api.send('POST', '/api/runs/nope/retry')).toMatchObject({ status: 404 });
  });

  it('are deleted once they have ended, and only then', async () => {
    expect(await api.send('DELETE', `/api/runs/${id(1)}`)).toMatchObject({ status: 204 });
    expect(await api.send('GET', `/api/runs/${id(1)}`)).toMatchObject({ status: 404 });
    expect(await api.send('DELETE', `/api/runs/${id(3)}`)).toMatchObject({
      status: 409,
      body: { code: 'RUN_NOT_ENDED', detail: expect.stringContaining('is held') },
    });
    expect(await api.send('DELETE', '/api/runs/nope')).toMatchObject({ status: 404 });
    expect(await api.send('GET', `/api/events/${eventId}`)).toMatchObject({ status: 200 });
  });
});
