import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { movableClock } from 'signalbox/sdk/testing';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';

interface DueEvent {
  readonly id: string;
  readonly object: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const friday = { every: 'week', weekdays: 'friday', at: '18:00', zone: 'Europe/Berlin' };

describe('a schedule', () => {
  const clock = movableClock('2027-03-24T12:00:00Z');
  let receiver: Receiver;
  let app: TestSignalbox;

  beforeAll(async () => {
    receiver = await startReceiver();
    app = await startSignalbox({ config: { plugins: ['schedule', 'webhook'] }, clock });
    await app.api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
    await app.api.put('/api/tasks/tell', {
      action: 'webhook.send',
      target: { object: 'ops' },
      settings: { message: { text: '${NAME} at ${event.data.local}' } },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const put = (key: string, body: object) => app.api.put(`/api/objects/schedule/${key}`, body);
  const events = async (key: string, count: number): Promise<readonly DueEvent[]> =>
    waitFor(
      async () => {
        const { body } = await app.api.get<{ items: DueEvent[] }>(
          `/api/events?type=schedule.due&object=${key}`,
        );
        return body.items.length >= count && body.items;
      },
      () => `${String(count)} events of ${key}`,
    );

  it('fires the tasks that wait for it, and the event says when it was due', async () => {
    await put('weekend', { name: 'The weekend', settings: friday });
    await app.api.put('/api/triggers/one', { event: 'schedule.due', object: 'weekend', task: 'tell' });
    clock.set('2027-03-26T17:00:00.250Z');
    const [delivery] = await receiver.got(1);
    expect(delivery!.body).toBe('{"text":"The weekend at 2027-03-26T18:00:00+01:00"}');
    expect(await events('weekend', 1)).toMatchObject([
      {
        time: '2027-03-26T17:00:00.000Z',
        source: 'signalbox/schedule',
        data: {
          due: '2027-03-26T17:00:00.000Z',
          local: '2027-03-26T18:00:00+01:00',
          zone: 'Europe/Berlin',
          misfire: false,
        },
      },
    ]);
    expect((await app.api.get('/api/objects/schedule/weekend')).body).toMatchObject({
      state: { last: '2027-03-26T17:00:00.000Z' },
      summary: { text: 'every Friday at 18:00 Europe/Berlin', next: '2027-04-02T16:00:00.000Z' },
    });
  });

  it('may be any that bears a tag', async () => {
    await put('a', { tags: ['schedules/nightly'], settings: { every: 'day', at: '23:00', zone: 'UTC' } });
    await put('b', { settings: { every: 'day', at: '23:00', zone: 'UTC' } });
    await app.api.put('/api/triggers/tagged', {
      event: 'schedule.due',
      tag: 'schedules/nightly',
      task: 'tell',
    });
    const before = receiver.deliveries.length;
    clock.set('2027-03-26T23:00:00Z');
    await events('b', 1);
    const deliveries = await receiver.got(before + 1);
    expect(deliveries.at(-1)!.body).toBe('{"text":"a at 2027-03-26T23:00:00+00:00"}');
    expect(receiver.deliveries).toHaveLength(before + 1);
  });

  it('that is changed comes due by its new rule at once, and others as before', async () => {
    await put('c', { settings: { every: 'day', at: '10:00', zone: 'UTC' } });
    await put('d', { settings: { every: 'day', at: '10:00', zone: 'UTC' } });
    await put('c', { settings: { every: 'day', at: '09:00', zone: 'UTC' } });
    clock.set('2027-03-27T09:00:00Z');
    expect(await events('c', 1)).toMatchObject([{ data: { due: '2027-03-27T09:00:00.000Z' } }]);
    await app.api.request('PATCH', '/api/objects/schedule/c', { enabled: false });
    clock.set('2027-03-27T10:00:00Z');
    await events('d', 1);
    clock.set('2027-03-28T10:00:00Z');
    await events('d', 2);
    // What came due while it was switched off is not made up for.
    await app.api.request('PATCH', '/api/objects/schedule/c', { enabled: true });
    clock.set('2027-03-29T09:00:00Z');
    expect(await events('c', 2)).toMatchObject([
      { data: { due: '2027-03-29T09:00:00.000Z', misfire: false } },
      { data: { due: '2027-03-27T09:00:00.000Z' } },
    ]);
    await app.api.request('DELETE', '/api/objects/schedule/d');
    clock.set('2027-03-29T10:00:00Z');
    clock.set('2027-03-30T09:00:00Z');
    expect(await events('c', 3)).toHaveLength(3);
    expect(await events('d', 2)).toHaveLength(2);
  });

  it('cannot be spoken for from outside', async () => {
    const event = { type: 'schedule.due', object: 'weekend', data: {} };
    expect(await app.api.request('POST', '/api/events', event)).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });

  it.each([
    [{ every: 'day', zone: 'Mars/Olympus' }, 'settings.zone'],
    [{ every: 'day', start: '2027-02-01', end: '2027-01-01' }, 'settings.end'],
    [{ every: 'year', months: 'february', day: 30 }, 'settings.every'],
    [{ cron: 'at noon' }, 'settings.cron'],
    [{ evry: 'day' }, 'settings.evry'],
  ])('is not saved as %j', async (settings, field) => {
    const { status, body } = await app.api.request('PUT', '/api/objects/schedule/bad', { settings });
    expect([status, body]).toMatchObject([422, { code: 'SETTINGS_INVALID', field }]);
    expect((await app.api.get('/api/objects/schedule/bad')).status).toBe(404);
  });
});
