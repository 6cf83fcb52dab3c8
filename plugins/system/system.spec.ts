import { expect, it } from '@jest/globals';
import { from, lastValueFrom, toArray, type Observable } from 'rxjs';
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

it('emits again what the storage could not take, and leaves out what cannot be stored', async () => {
  const notice = (id: string) => ({
    id,
    kind: 'task',
    level: 'message',
    message: 'm',
    data: {},
    time: new Date(),
  });
  const tried: string[] = [];
  const emit = (_: string, { id }: { readonly id: string }): Promise<unknown> => {
    tried.push(id);
    if (id === 'b') return Promise.reject(new Error('it does not fit'));
    if (tried.filter((one) => one === id).length > 1) return Promise.resolve({ id });
    return Promise.reject(Object.assign(new Error('the disk is full'), { code: 'STORAGE_UNAVAILABLE' }));
  };
  const warned: string[] = [];
  const logger = { warn: (_: object, message: string) => warned.push(message) };
  const context = { notices: from([notice('a'), notice('b')]), emit, logger };
  const told = plugin.start?.(context as never) as Observable<unknown>;
  expect(await lastValueFrom(told.pipe(toArray()))).toEqual([{ id: 'a' }]);
  expect(tried).toEqual(['a', 'b', 'a']);
  expect(warned).toEqual(['a notice could not be stored']);
});
