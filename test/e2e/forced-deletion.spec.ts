import { expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function wire({ api }: TestSignalbox, url: string): Promise<void> {
  await api.put('/api/objects/webhook/a1', { settings: { url } });
  const settings = { message: { text: 'hello' } };
  await api.put('/api/tasks/tapi', { action: 'webhook.send', target: { object: 'a1' }, settings });
}

it('what has run is changed and switched off as anything else', async () => {
  await using receiver = await startReceiver();
  await using app = await startSignalbox();
  await wire(app, receiver.url);
  await app.api.put('/api/triggers/on', { event: 'vm.power_on', task: 'tapi', filter: { 'data.n': 1 } });
  const { id } = await app.api.publish({ type: 'vm.power_on', object: 'gpu-01', data: { n: 1 } });
  await app.api.runsOf(id);
  await receiver.got(1);

  expect(await app.api.request('PATCH', '/api/tasks/tapi', { description: 'Later' })).toMatchObject({
    status: 200,
  });
  expect(await app.api.request('PATCH', '/api/objects/webhook/a1', { name: 'A' })).toMatchObject({
    status: 200,
  });
  expect(await app.api.request('DELETE', '/api/objects/webhook/a1?force=true')).toMatchObject({
    status: 200,
  });
  expect(await app.api.get('/api/tasks/tapi')).toMatchObject({ body: { enabled: false } });
});

it('what a file has wired is not switched off: the next start would fail', async () => {
  using folder = temporaryFolder();
  const triggers = { wired: { event: 'vm.power_on', task: 'tapi' } };
  {
    await using app = await startSignalbox({ data: folder.path });
    await wire(app, 'http://127.0.0.1:1/');
  }
  {
    await using app = await startSignalbox({ data: folder.path, config: { triggers } });
    const refused = {
      status: 409,
      body: { code: 'IN_USE', detail: expect.stringContaining('trigger wired'), usedBy: [{ id: 'wired' }] },
    };
    expect(await app.api.request('DELETE', '/api/tasks/tapi?force=true')).toMatchObject(refused);
    await app.api.request('PATCH', '/api/triggers/wired', { enabled: false });
    expect(await app.api.request('DELETE', '/api/tasks/tapi?force=true')).toMatchObject(refused);
  }
  await using app = await startSignalbox({ data: folder.path, config: { triggers } });
  expect(await app.api.get('/api/triggers/wired')).toMatchObject({ body: { enabled: true } });
});
