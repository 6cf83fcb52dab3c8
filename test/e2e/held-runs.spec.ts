import { describe, expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };

async function heldFor(app: TestSignalbox, reason: string): Promise<string> {
  const { id, runs } = await app.api.publish(on);
  expect(runs).toBe(1);
  expect(await app.api.runsOf(id, 'held')).toMatchObject([{ state: 'held', reason, attempts: 0 }]);
  return id;
}

describe('a run whose webhook is disabled', () => {
  it('is held with the reason, and goes out once the webhook is enabled', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({
      config: tellOps(receiver.url, { webhook: { enabled: false } }),
    });
    const ids = [await heldFor(app, 'target_disabled'), await heldFor(app, 'target_disabled')];
    expect(receiver.deliveries).toHaveLength(0);

    await app.api.request('PATCH', '/api/objects/webhook/ops', { enabled: true });
    for (const id of ids) {
      const [run] = await app.api.runsOf(id, 'succeeded');
      expect(run).toMatchObject({ attempts: 1 });
      expect(run).not.toHaveProperty('reason');
    }
    expect(receiver.deliveries).toHaveLength(2);
  });

  it('goes out when the webhook is enabled in the file and Signalbox started again', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    let id: string;
    {
      const config = tellOps(receiver.url, { webhook: { enabled: false } });
      await using app = await startSignalbox({ config, data: folder.path });
      id = await heldFor(app, 'target_disabled');
    }
    await using again = await startSignalbox({ config: tellOps(receiver.url), data: folder.path });
    expect(await again.api.runsOf(id, 'succeeded')).toHaveLength(1);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('stays held over a restart that changes nothing', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    const options = { config: tellOps(receiver.url, { webhook: { enabled: false } }), data: folder.path };
    let id: string;
    {
      await using app = await startSignalbox(options);
      id = await heldFor(app, 'target_disabled');
    }
    await using again = await startSignalbox(options);
    await heldFor(again, 'target_disabled');
    expect(await again.api.runsOf(id)).toMatchObject([{ state: 'held', reason: 'target_disabled' }]);
    expect(receiver.deliveries).toHaveLength(0);
  });

  it('holds back no run of another webhook', async () => {
    await using receiver = await startReceiver();
    const config = tellOps(receiver.url, {
      webhook: { enabled: false, tags: ['ops/all'] },
      task: { target: { tag: 'ops/all' } },
    });
    await using app = await startSignalbox({ config });
    await app.api.put('/api/objects/webhook/other', { settings: { url: receiver.url }, tags: ['ops/all'] });
    expect(await app.api.runsOf(await app.api.emit(on))).toMatchObject([
      { target: 'webhook/ops', state: 'held' },
      { target: 'webhook/other', state: 'succeeded' },
    ]);
  });
});

describe('a run whose target has gone', () => {
  it('is held with the reason, and goes out once the target is there again', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    const settings = { url: receiver.url };
    let id: string;
    {
      await using app = await startSignalbox({ data: folder.path });
      await app.api.put('/api/objects/webhook/ops', { enabled: false, settings });
      await app.api.put('/api/tasks/tell', { action: 'webhook.send', target: { object: 'ops' } });
      await app.api.put('/api/triggers/on', { event: 'vm.power_on', task: 'tell' });
      id = await heldFor(app, 'target_disabled');
      // Nothing names the webhook any more, so it can go; its run stays.
      for (const path of ['triggers/on', 'tasks/tell', 'objects/webhook/ops']) {
        expect(await app.api.request('DELETE', `/api/${path}`)).toMatchObject({ status: 204 });
      }
      const [run] = await app.api.runsOf(id, 'held');
      expect(await app.api.request('POST', `/api/runs/${run!.id}/retry`)).toMatchObject({ status: 202 });
      expect(await app.api.runsOf(id, 'held')).toMatchObject([{ reason: 'target_missing' }]);
    }
    await using again = await startSignalbox({ data: folder.path });
    expect(await again.api.runsOf(id, 'held')).toMatchObject([{ reason: 'target_missing' }]);
    await again.api.put('/api/objects/webhook/ops', { settings });
    expect(await again.api.runsOf(id, 'succeeded')).toMatchObject([{ attempts: 1 }]);
    expect(receiver.deliveries).toHaveLength(1);
  });
});
