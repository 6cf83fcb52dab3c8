import { describe, expect, it } from '@jest/globals';
import { http } from '../support/http.ts';
import { problem } from '../support/problem.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';

const message = { why: '${event.data.why}', data: '${event.data}', name: '${NAME}', type: '${event.type}' };

describe('POST /api/tasks/:id/run', () => {
  it('runs the task by an ordinary event with the given data', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({
      config: tellOps(receiver.url, { task: { settings: { message } } }),
    });
    const { body } = await http(app)
      .post('/api/tasks/tell/run')
      .send({ data: { why: 'a test', n: [1] } })
      .expect(202);
    expect(body).toEqual({ id: expect.any(String), duplicate: false, runs: 1 });

    const [run] = await app.api.runsOf(body.id, 'succeeded');
    expect(run).toMatchObject({ task: { id: 'tell' }, target: 'webhook/ops', attempts: 1 });
    expect(JSON.parse(receiver.deliveries[0]!.body)).toEqual({
      why: 'a test',
      data: { why: 'a test', n: [1] },
      name: 'tell',
      type: 'task.run',
    });
    expect((await app.api.get(`/api/events/${body.id}`)).body).toMatchObject({
      type: 'task.run',
      object: 'tell',
      source: 'signalbox/api',
      data: { why: 'a test', n: [1] },
    });
  });

  it('needs no body', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({
      config: tellOps(receiver.url, { task: { settings: { message } } }),
    });
    const { body } = await http(app).post('/api/tasks/tell/run').expect(202);
    await app.api.runsOf(body.id, 'succeeded');
    expect(JSON.parse(receiver.deliveries[0]!.body)).toMatchObject({ why: '${event.data.why}', data: {} });
  });

  it('runs a task on a tag once for each object that bears it, and no other task', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({ config: tellOps(receiver.url) });
    for (const key of ['a', 'b'])
      await app.api.put(`/api/objects/webhook/${key}`, { tags: ['x/y'], settings: { url: receiver.url } });
    await app.api.put('/api/tasks/all', { action: 'webhook.send', target: { tag: 'x/y' } });
    const { body } = await http(app).post('/api/tasks/all/run').expect(202);
    expect(body).toMatchObject({ runs: 2 });
    const runs = await app.api.runsOf(body.id, 'succeeded');
    expect(runs.map(({ target }) => target)).toEqual(['webhook/a', 'webhook/b']);
  });

  it('is refused for a disabled task, an unknown one, and data that is no object', async () => {
    await using app = await startSignalbox({
      config: tellOps('https://example.com', { task: { enabled: false } }),
    });
    const run = (id: string, body: object) => http(app).post(`/api/tasks/${id}/run`).send(body);
    expect(await run('tell', {})).toMatchObject(
      problem('CONFLICT', { detail: expect.stringContaining('disabled') }),
    );
    expect(await run('nobody', {})).toMatchObject(problem('NOT_FOUND'));
    await app.api.request('PATCH', '/api/tasks/tell', { enabled: true });
    expect(await run('tell', { data: [1] })).toMatchObject(problem('EVENT_INVALID', { field: 'data' }));
    expect(await run('tell', { dat: {} })).toMatchObject(problem('EVENT_INVALID', { field: 'dat' }));
    expect((await app.api.get('/api/events')).body).toEqual({ items: [] });
  });

  it('tells of the task while it runs and of its last run afterwards', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
    await using receiver = await startReceiver({ respond: () => answered });
    await using app = await startSignalbox({ config: tellOps(receiver.url) });
    const task = async () => (await app.api.get('/api/tasks/tell')).body;
    expect(await task()).toMatchObject({ status: 'idle' });
    expect(await task()).not.toHaveProperty('lastRun');

    const { body } = await http(app).post('/api/tasks/tell/run').expect(202);
    await receiver.got(1);
    expect(await task()).toMatchObject({ status: 'running' });
    answer(undefined);
    const [run] = await app.api.runsOf(body.id, 'succeeded');
    expect(await task()).toMatchObject({
      status: 'idle',
      lastRun: { id: run!.id, state: 'succeeded', createdAt: expect.stringMatching(/Z$/) },
    });
  });
});
