import { expect, it } from '@jest/globals';
import { startPlugin } from 'signalbox/sdk/testing';
import plugin from './index.ts';

it('emits that Signalbox has started', async () => {
  await using started = await startPlugin(plugin);
  started.tell({ kind: 'started', level: 'message', message: 'It has', data: { version: '1.0.0' } });
  expect(await started.nextEvent('system.startup')).toMatchObject({ data: { version: '1.0.0' } });
});

it('emits what Signalbox has to say as log entries, with their cause', async () => {
  await using started = await startPlugin(plugin);
  const causedBy = { id: 'e1', depth: 2 };
  const data = { task: 'tell-ops', attempts: 4 };
  started.tell({ kind: 'run', level: 'error', message: 'It has failed', data, causedBy });
  expect(await started.nextEvent('system.log')).toMatchObject({
    data: { ...data, type: 'run', level: 'error', message: 'It has failed' },
    causedBy,
  });
});

it('emits one entry after another', async () => {
  await using started = await startPlugin(plugin);
  for (const change of ['created', 'removed'])
    started.tell({ kind: 'task', level: 'message', message: 'Task', data: { change } });
  expect([await started.nextEvent('system.log'), await started.nextEvent('system.log')]).toMatchObject([
    { data: { change: 'created' } },
    { data: { change: 'removed' } },
  ]);
});
