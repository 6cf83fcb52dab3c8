import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problem } from '../support/problem.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { waitFor } from '../support/wait-for.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };

describe('runs that wait, or have failed', () => {
  let app: TestSignalbox;
  let receiver: Receiver;
  let status = 200;

  beforeAll(async () => {
    receiver = await startReceiver({ respond: () => ({ status }) });
    app = await startSignalbox({ config: tellOps(receiver.url) });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const enable = (enabled: boolean) => app.api.request('PATCH', '/api/objects/webhook/ops', { enabled });
  const inBulk = (what: 'retry' | 'cancel', body: object) =>
    app.api.request('POST', `/api/runs:${what}`, body);
  const runsIn = (state: string, count: number) =>
    waitFor(
      async () => {
        const runs = await app.api.runs(`?state=${state}`);
        return runs.length === count && runs;
      },
      () => `${String(count)} runs that are ${state}`,
    );
  const fire = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await app.api.publish(on);
  };

  it('are shown by target, action and reason', async () => {
    await enable(false);
    await fire(3);
    await runsIn('held', 3);
    expect((await app.api.get('/api/runs/held')).body).toEqual({
      items: [
        {
          target: 'webhook/ops',
          action: 'webhook.send',
          reason: 'target_disabled',
          runs: 3,
          since: expect.any(String),
        },
      ],
    });
    expect(await app.api.runs('?reason=target_disabled')).toHaveLength(3);
    expect(await app.api.runs('?reason=target_failing')).toHaveLength(0);
  });

  it('can be cancelled one by one, and are not sent any more', async () => {
    const [run] = await app.api.runs('?state=held');
    const path = `/api/runs/${run!.id}/cancel`;
    expect(await app.api.request('POST', path)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await app.api.request('POST', path)).toMatchObject(problem('RUN_NOT_CANCELLABLE'));
    expect(await app.api.request('POST', '/api/runs/nothing/cancel')).toMatchObject(problem('NOT_FOUND'));
    await enable(true);
    await runsIn('succeeded', 2);
    expect(receiver.deliveries).toHaveLength(2);
  });

  it('can be cancelled by what they have in common', async () => {
    await enable(false);
    await fire(3);
    await runsIn('held', 3);
    expect(await inBulk('cancel', { object: 'webhook/other' })).toMatchObject({ body: { runs: 0 } });
    expect(await inBulk('cancel', { object: 'webhook/ops', reason: 'target_disabled' })).toMatchObject({
      status: 200,
      body: { runs: 3, more: false },
    });
    await enable(true);
    expect(await app.api.runs('?state=cancelled')).toHaveLength(4);
    expect(receiver.deliveries).toHaveLength(2);
  });

  it('can be tried again by what they have in common', async () => {
    status = 400;
    await fire(3);
    await runsIn('failed', 3);
    status = 200;
    expect(await inBulk('retry', { task: 'tell', search: '400' })).toMatchObject({
      status: 200,
      body: { runs: 3, more: false },
    });
    await runsIn('succeeded', 5);
    expect(await inBulk('retry', { task: 'tell' })).toMatchObject({ body: { runs: 0 } });
  });

  it.each([
    [{}, 'state'],
    [{ state: ['asleep'] }, 'state'],
    [{ reason: 'mood' }, 'reason'],
    [{ limit: 5 }, 'limit'],
  ])('are left alone when they are not named as they should be: %j', async (body, field) => {
    for (const what of ['retry', 'cancel'] as const)
      expect(await inBulk(what, body)).toMatchObject(problem('RESOURCE_INVALID', { field }));
  });
});

it('a run that waits for its retry can be cancelled', async () => {
  await using receiver = await startReceiver({ respond: () => ({ status: 503 }) });
  const settings = { backoff: { first: 3_600 } };
  await using app = await startSignalbox({ config: tellOps(receiver.url, { settings }) });
  const id = await app.api.emit(on);
  const [run] = await waitFor(
    async () => {
      const { body } = await app.api.get<{ runs: { id: string; attempts: number }[] }>(`/api/events/${id}`);
      return body.runs[0]?.attempts === 1 && body.runs;
    },
    () => 'an attempt',
  );
  const { body } = await app.api.request('POST', `/api/runs/${run!.id}/cancel`);
  expect(body).toMatchObject({ state: 'cancelled', attempts: 1 });
});
