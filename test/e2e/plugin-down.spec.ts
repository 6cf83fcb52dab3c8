import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };

/** `vm.power_on` toggles an outlet of a plugin that fails while a file exists, and is told to a webhook of another. */
function config(url: string, unpluggedWhile: string) {
  const strip = `${import.meta.dirname}/../fixtures/plugins/power-strip`;
  return {
    plugins: ['vm', 'webhook', { use: strip, settings: { unpluggedWhile } }],
    objects: {
      'outlet/left': { settings: { url: `${url}/outlet` } },
      'webhook/ops': { settings: { url: `${url}/ops` } },
    },
    tasks: {
      toggle: { action: 'outlet.toggle', target: { object: 'left' } },
      tell: { action: 'webhook.send', target: { object: 'ops' } },
    },
    triggers: {
      toggle: { event: 'vm.power_on', task: 'toggle' },
      tell: { event: 'vm.power_on', task: 'tell' },
    },
  };
}

async function stateOf(app: TestSignalbox, state: string): Promise<Record<string, unknown>> {
  return waitFor(
    async () => {
      const { body } = await app.api.get('/api/plugins/power-strip');
      return body['state'] === state && body;
    },
    () => `the plugin to be ${state}`,
  );
}

it('a plugin that fails later is marked down; its runs are held until it is up, all others go on', async () => {
  using folder = temporaryFolder();
  await using receiver = await startReceiver();
  const unplugged = join(folder.path, 'unplugged');
  await using app = await startSignalbox({ config: config(receiver.url, unplugged) });
  await stateOf(app, 'up');
  await app.api.runsOf(await app.api.emit(on), 'succeeded');

  folder.write('unplugged', '');
  const status = await stateOf(app, 'down');
  expect(status).toMatchObject({ reason: 'the strip is unplugged', types: ['outlet'] });
  const ids = [await app.api.emit(on), await app.api.emit(on)];
  for (const id of ids) {
    expect(await app.api.runsOf(id)).toMatchObject([
      { target: 'outlet/left', state: 'held', reason: 'plugin_unavailable', attempts: 0 },
      { target: 'webhook/ops', state: 'succeeded' },
    ]);
  }
  expect((await app.api.get('/api/tasks/toggle')).body).toMatchObject({ available: false });
  expect((await app.api.get('/api/tasks/tell')).body).toMatchObject({ available: true });
  expect((await app.api.get('/api/types/outlet')).body).toMatchObject({ available: false });
  expect(receiver.deliveries.filter(({ path }) => path === '/outlet')).toHaveLength(1);

  rmSync(unplugged);
  for (const id of ids) await app.api.runsOf(id, 'succeeded');
  expect(await stateOf(app, 'up')).not.toHaveProperty('reason');
  expect((await app.api.get('/api/tasks/toggle')).body).toMatchObject({ available: true });
  expect(receiver.deliveries.filter(({ path }) => path === '/outlet')).toHaveLength(3);
});

it('runs of a plugin that is no longer loaded are held, and go on when it is loaded again', async () => {
  using folder = temporaryFolder();
  await using receiver = await startReceiver();
  const { plugins, ...resources } = config(receiver.url, join(folder.path, 'unplugged'));
  const data = join(folder.path, 'data');
  {
    await using app = await startSignalbox({ config: { plugins, ...resources }, data });
    await stateOf(app, 'up');
  }
  let id: string;
  {
    await using without = await startSignalbox({ config: { plugins: ['vm', 'webhook'] }, data });
    id = await without.api.emit(on);
    expect(await without.api.runsOf(id)).toMatchObject([
      { target: 'outlet/left', state: 'held', reason: 'plugin_unavailable' },
      { target: 'webhook/ops', state: 'succeeded' },
    ]);
    expect((await without.api.get('/api/tasks/toggle')).body).toMatchObject({ available: false });
    expect((await without.api.get('/api/objects/outlet/left')).body).toMatchObject({ settings: {} });
  }
  await using again = await startSignalbox({ config: { plugins, ...resources }, data });
  await again.api.runsOf(id, 'succeeded');
  expect(receiver.deliveries.map(({ path }) => path).sort()).toEqual(['/ops', '/outlet']);
});
