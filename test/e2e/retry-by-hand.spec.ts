import { describe, expect, it } from '@jest/globals';
import { http } from '../support/http.ts';
import { problem } from '../support/problem.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };

describe('POST /api/runs/:id/retry', () => {
  it('tries a failed run once more, as the same run, and keeps every attempt', async () => {
    let status = 400;
    await using receiver = await startReceiver({ respond: () => ({ status }) });
    await using app = await startSignalbox({ config: tellOps(receiver.url) });
    const id = await app.api.emit(on);
    const [failed] = await app.api.runsOf(id, 'failed');
    expect(failed).toMatchObject({ attempts: 1, reason: expect.stringContaining('HTTP 400') });

    status = 200;
    const { body } = await http(app).post(`/api/runs/${failed!.id}/retry`).expect(202);
    expect(body.id).toBe(failed!.id);
    const [run] = await app.api.runsOf(id, 'succeeded');
    expect(run).toMatchObject({ id: failed!.id, attempts: 2 });
    expect(run).not.toHaveProperty('reason');
    const { attemptLog } = await app.api.run(run!.id);
    expect(attemptLog.map(({ number, outcome, received }) => [number, outcome, received?.status])).toEqual([
      [1, 'failed', 400],
      [2, 'succeeded', 200],
    ]);
    const ids = receiver.deliveries.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([run!.id, run!.id]);
  });

  it('fails again at once when all retries have been used', async () => {
    await using receiver = await startReceiver({ respond: () => ({ status: 503 }) });
    const settings = { retries: 1, backoff: { first: 0.01, factor: 1, max: 0.01 } };
    await using app = await startSignalbox({ config: tellOps(receiver.url, { settings }) });
    const id = await app.api.emit(on);
    const [failed] = await app.api.runsOf(id, 'failed');
    expect(failed).toMatchObject({ attempts: 2 });
    await http(app).post(`/api/runs/${failed!.id}/retry`).expect(202);
    await receiver.got(3);
    expect(await app.api.runsOf(id, 'failed')).toMatchObject([{ attempts: 3 }]);
    expect(receiver.deliveries).toHaveLength(3);
  });

  it('sends the message and to the address that the task has now', async () => {
    await using wrong = await startReceiver({ respond: () => ({ status: 404 }) });
    await using right = await startReceiver();
    await using app = await startSignalbox({ config: tellOps(wrong.url) });
    const id = await app.api.emit(on);
    const [failed] = await app.api.runsOf(id, 'failed');

    await app.api.put('/api/objects/webhook/ops', { settings: { url: right.url } });
    await app.api.request('PATCH', '/api/tasks/tell', { settings: { message: { now: '${event.id}' } } });
    await http(app).post(`/api/runs/${failed!.id}/retry`).expect(202);
    await app.api.runsOf(id, 'succeeded');
    expect(JSON.parse(right.deliveries[0]!.body)).toEqual({ now: id });
  });

  it('works after a restart', async () => {
    using folder = temporaryFolder();
    let status = 400;
    await using receiver = await startReceiver({ respond: () => ({ status }) });
    const options = { config: tellOps(receiver.url), data: folder.path };
    let id: string;
    {
      await using app = await startSignalbox(options);
      id = await app.api.emit(on);
      await app.api.runsOf(id, 'failed');
    }
    status = 200;
    await using again = await startSignalbox(options);
    const [failed] = await again.api.runsOf(id);
    expect(failed).toMatchObject({ state: 'failed' });
    await http(again).post(`/api/runs/${failed!.id}/retry`).expect(202);
    await again.api.runsOf(id, 'succeeded');
  });

  it('is refused for a run that has succeeded, is under way or does not exist', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
    await using receiver = await startReceiver({ respond: () => answered });
    await using app = await startSignalbox({ config: tellOps(receiver.url) });
    const retry = (id: string) => http(app).post(`/api/runs/${id}/retry`);
    const id = await app.api.emit(on);
    await receiver.got(1);
    const [underWay] = await app.api.runs();
    expect(await retry(underWay!.id)).toMatchObject(problem('RUN_NOT_RETRYABLE'));
    answer(undefined);

    const [run] = await app.api.runsOf(id, 'succeeded');
    expect(await retry(run!.id)).toMatchObject(
      problem('RUN_NOT_RETRYABLE', { detail: expect.stringContaining('succeeded') }),
    );
    expect(await retry('01900000-0000-7000-8000-000000000000')).toMatchObject(problem('NOT_FOUND'));
    expect(await retry('nope')).toMatchObject(problem('NOT_FOUND'));
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('is done once when several ask for it at the same time', async () => {
    let status = 400;
    await using receiver = await startReceiver({ respond: () => ({ status }) });
    await using app = await startSignalbox({ config: tellOps(receiver.url) });
    const id = await app.api.emit(on);
    const [failed] = await app.api.runsOf(id, 'failed');
    status = 200;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => app.api.request('POST', `/api/runs/${failed!.id}/retry`)),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409, 409, 409, 409]);
    await app.api.runsOf(id, 'succeeded');
    expect(receiver.deliveries).toHaveLength(2);
  });
});
