import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { http } from '../support/http.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

describe('the history', () => {
  let receiver: Receiver;
  let app: TestSignalbox;
  const at: string[] = [];
  const ids: string[] = [];

  beforeAll(async () => {
    receiver = await startReceiver({
      respond: ({ path }) => (path === '/bad' ? { status: 400 } : undefined),
    });
    const send = (object: string) => ({ action: 'webhook.send', target: { object } });
    app = await startSignalbox({
      config: {
        objects: {
          'webhook/good': { settings: { url: receiver.url } },
          'webhook/bad': { settings: { url: `${receiver.url}/bad` } },
          'webhook/off': { enabled: false, settings: { url: receiver.url } },
        },
        tasks: { good: send('good'), bad: send('bad'), off: send('off') },
        triggers: {
          good: { event: 'vm.power_on', task: 'good' },
          bad: { event: 'vm.power_on', task: 'bad' },
          off: { event: 'vm.power_off', task: 'off' },
        },
      },
    });
    const events = [
      { type: 'vm.power_on', object: 'a' },
      { type: 'vm.power_off', object: 'a', source: 'hv-1' },
      { type: 'vm.power_off', object: 'b', source: 'hv-1', time: '2020-01-01T00:00:00Z' },
    ];
    for (const event of events) {
      at.push(new Date().toISOString());
      const id = await app.api.emit(event);
      ids.push(id);
      await app.api.runsOf(id);
      // The next one in another millisecond.
      await sleep(3);
    }
    at.push(new Date().toISOString());
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const events = async (query: string): Promise<number[]> => {
    const { body } = await http(app).get(`/api/events?${query}`).expect(200);
    return body.items.map(({ id }: { id: string }) => ids.indexOf(id));
  };
  const runs = async (query: string): Promise<string[]> => {
    const { body } = await http(app).get(`/api/runs?${query}`).expect(200);
    return body.items
      .map(({ state, task }: { state: string; task: { id: string } }) => `${task.id} ${state}`)
      .sort();
  };

  it('of events is narrowed by type, object, source and time of arrival', async () => {
    expect(await events('')).toEqual([2, 1, 0]);
    expect(await events('type=vm.power_off')).toEqual([2, 1]);
    expect(await events('object=a')).toEqual([1, 0]);
    expect(await events('source=hv-1')).toEqual([2, 1]);
    expect(await events('source=hv-1&object=a&type=vm.power_off')).toEqual([1]);
    expect(await events(`from=${at[1]!}`)).toEqual([2, 1]);
    expect(await events(`to=${at[1]!}`)).toEqual([0]);
    expect(await events(`from=${at[1]!}&to=${at[2]!}`)).toEqual([1]);
    expect(await events(`from=${at[3]!}`)).toEqual([]);
    expect(await events('type=vm.flown')).toEqual([]);
    expect(await events('limit=1')).toEqual([2]);
  });

  it('of runs is narrowed by state, task, object, event and time', async () => {
    const [bad, good, off] = ['bad failed', 'good succeeded', 'off held'];
    expect(await runs('')).toEqual([bad, good, off, off]);
    expect(await runs('state=failed')).toEqual([bad]);
    expect(await runs('state=failed,held')).toEqual([bad, off, off]);
    expect(await runs('state=succeeded&state=failed')).toEqual([bad, good]);
    expect(await runs('task=off')).toEqual([off, off]);
    expect(await runs('object=webhook/good')).toEqual([good]);
    expect(await runs(`event=${ids[0]!}`)).toEqual([bad, good]);
    expect(await runs(`from=${at[1]!}`)).toEqual([off, off]);
    expect(await runs(`to=${at[1]!}`)).toEqual([bad, good]);
    expect(await runs(`from=${at[2]!}&to=${at[3]!}`)).toEqual([off]);
    expect(await runs('task=good&state=failed')).toEqual([]);
    expect(await runs('state=pending,running')).toEqual([]);
  });

  it('shows of a run what it did, whole', async () => {
    const { body } = await http(app).get('/api/runs?task=bad').expect(200);
    const detail = (
      await http(app)
        .get(`/api/runs/${String(body.items[0].id)}`)
        .expect(200)
    ).body;
    expect(detail).toMatchObject({
      ...body.items[0],
      event: { id: ids[0], type: 'vm.power_on', object: 'a' },
      input: {},
      attemptLog: [
        {
          number: 1,
          outcome: 'failed',
          error: expect.stringContaining('HTTP 400'),
          sent: { method: 'POST', url: `${receiver.url}/bad`, body: '{"text":"Webhook"}' },
          received: { status: 400, body: 'ok' },
        },
      ],
    });
    expect(detail.durationMs).toBeGreaterThanOrEqual(0);
    expect(Date.parse(detail.finishedAt)).toBeGreaterThanOrEqual(Date.parse(detail.startedAt));
    expect(Date.parse(detail.startedAt)).toBeGreaterThanOrEqual(Date.parse(detail.createdAt));
  });
});
