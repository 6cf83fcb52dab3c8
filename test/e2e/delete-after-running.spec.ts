import { describe, expect, it } from '@jest/globals';
import type { PublishedView } from '../support/api-client.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };
const fast = { first: 0.02, factor: 1, max: 0.02 };

/** Sets up the task `once` with two triggers, over the API: what the file names would be there again after a restart. */
async function wireOnce(app: TestSignalbox, url: string, target: object = { object: 'ops' }): Promise<void> {
  await app.api.put('/api/objects/webhook/ops', {
    tags: ['ops/all'],
    settings: { url, retries: 100, backoff: fast },
  });
  await app.api.put('/api/tasks/once', { action: 'webhook.send', deleteAfterRunning: true, target });
  await app.api.put('/api/triggers/first', { event: 'vm.power_on', task: 'once' });
  await app.api.put('/api/triggers/second', { event: 'vm.power_on', object: 'gpu-01', task: 'once' });
}

async function statuses(app: TestSignalbox): Promise<readonly number[]> {
  const paths = ['tasks/once', 'triggers/first', 'triggers/second'];
  return Promise.all(paths.map(async (path) => (await app.api.get(`/api/${path}`)).status));
}

async function gone(app: TestSignalbox): Promise<void> {
  await waitFor(
    async () => (await statuses(app)).every((status) => status === 404),
    () => 'the task and its triggers to go',
  );
}

describe('a task that is deleted after running', () => {
  it('fires once, and is gone with its triggers when its run has ended; what it did stays', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    await wireOnce(app, receiver.url);
    const { id, runs } = await app.api.publish(on);
    expect(runs).toBe(1);
    await gone(app);

    const [run] = await app.api.runsOf(id);
    expect(run).toMatchObject({ state: 'succeeded', task: { id: 'once' } });
    expect((await app.api.run(run!.id)).attemptLog).toHaveLength(1);
    expect((await app.api.get('/api/objects/webhook/ops')).status).toBe(200);
    expect(await app.api.publish(on)).toMatchObject({ runs: 0 });
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('fires once when many events come at the same time', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    await wireOnce(app, receiver.url);
    const published = await Promise.all(Array.from({ length: 20 }, () => app.api.publish(on)));
    expect(published.map(({ runs }) => runs).sort()).toEqual([...Array<number>(19).fill(0), 1]);
    await gone(app);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('fires once when a batch has several events for it', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    await wireOnce(app, receiver.url);
    const { body } = await app.api.request<{ events: PublishedView[] }>('POST', '/api/events', [on, on, on]);
    expect(body.events.map(({ runs }) => runs)).toEqual([1, 0, 0]);
    await gone(app);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('is gone when its run has failed for good, which can still be tried again', async () => {
    let status = 400;
    await using receiver = await startReceiver({ respond: () => ({ status }) });
    await using app = await startSignalbox();
    await wireOnce(app, receiver.url);
    const id = await app.api.emit(on);
    const [run] = await app.api.runsOf(id, 'failed');
    await gone(app);

    status = 200;
    expect(await app.api.request('POST', `/api/runs/${run!.id}/retry`)).toMatchObject({ status: 202 });
    expect(await app.api.runsOf(id, 'succeeded')).toMatchObject([{ attempts: 2 }]);
  });

  it('stays, and does not fire again, while its run is tried again, also after a restart', async () => {
    using folder = temporaryFolder();
    let status = 503;
    await using receiver = await startReceiver({ respond: () => ({ status }) });
    let id: string;
    {
      await using app = await startSignalbox({ data: folder.path });
      await wireOnce(app, receiver.url);
      id = await app.api.emit(on);
      await receiver.got(2);
      expect(await app.api.publish(on)).toMatchObject({ runs: 0 });
      expect(await statuses(app)).toEqual([200, 200, 200]);
      expect((await app.api.get('/api/tasks/once')).body).toMatchObject({ status: 'running' });
    }
    await using again = await startSignalbox({ data: folder.path });
    expect(await again.api.publish(on)).toMatchObject({ runs: 0 });
    // A change does not bring it back to life.
    await again.api.request('PATCH', '/api/tasks/once', { name: 'Once more?' });
    expect(await again.api.publish(on)).toMatchObject({ runs: 0 });
    expect(await statuses(again)).toEqual([200, 200, 200]);
    status = 200;
    await again.api.runsOf(id, 'succeeded');
    await gone(again);
  });

  it('stays while its run is held', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    await wireOnce(app, receiver.url);
    await app.api.request('PATCH', '/api/objects/webhook/ops', { enabled: false });
    const id = await app.api.emit(on);
    await app.api.runsOf(id, 'held');
    expect(await app.api.publish(on)).toMatchObject({ runs: 0 });
    expect(await statuses(app)).toEqual([200, 200, 200]);
    await app.api.request('PATCH', '/api/objects/webhook/ops', { enabled: true });
    await app.api.runsOf(id, 'succeeded');
    await gone(app);
  });

  it('is gone when all the runs of its tag have ended, and not before', async () => {
    let status = 503;
    await using receiver = await startReceiver({
      respond: ({ path }) => (path === '/slow' ? { status } : undefined),
    });
    await using app = await startSignalbox();
    await wireOnce(app, receiver.url, { tag: 'ops/all' });
    await app.api.put('/api/objects/webhook/slow', {
      tags: ['ops/all'],
      settings: { url: `${receiver.url}/slow`, retries: 100, backoff: fast },
    });
    const { id, runs } = await app.api.publish(on);
    expect(runs).toBe(2);
    await receiver.got(4);
    expect(await statuses(app)).toEqual([200, 200, 200]);
    status = 200;
    await app.api.runsOf(id, 'succeeded');
    await gone(app);
  });

  it('waits for its first run when nobody bears its tag yet', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    await wireOnce(app, receiver.url, { tag: 'ops/nobody' });
    expect(await app.api.publish(on)).toMatchObject({ runs: 0 });
    await app.api.put('/api/objects/webhook/late', { tags: ['ops/nobody'], settings: { url: receiver.url } });
    expect(await app.api.publish(on)).toMatchObject({ runs: 1 });
    await gone(app);
  });

  it('is gone after it was run by hand', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    await wireOnce(app, receiver.url);
    expect(await app.api.request('POST', '/api/tasks/once/run')).toMatchObject({
      status: 202,
      body: { runs: 1 },
    });
    await gone(app);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('that the file names stays, but fires no more, also after a restart', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    const options = {
      config: tellOps(receiver.url, { task: { deleteAfterRunning: true } }),
      data: folder.path,
    };
    {
      await using app = await startSignalbox(options);
      await app.api.runsOf(await app.api.emit(on), 'succeeded');
      expect(await app.api.publish(on)).toMatchObject({ runs: 0 });
      expect((await app.api.get('/api/tasks/tell')).status).toBe(200);
    }
    await using again = await startSignalbox(options);
    expect(await again.api.publish(on)).toMatchObject({ runs: 0 });
    expect((await again.api.get('/api/tasks/tell')).status).toBe(200);
    expect(receiver.deliveries).toHaveLength(1);
  });
});
