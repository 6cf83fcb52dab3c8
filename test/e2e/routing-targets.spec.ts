import { describe, expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };

describe('a task on a tag', () => {
  it('has one run for each object that bears the tag when it fires', async () => {
    await using receiver = await startReceiver();
    const webhook = (path: string, more: object = {}) => ({
      settings: { url: `${receiver.url}/${path}` },
      tags: ['ops/chat'],
      ...more,
    });
    await using app = await startSignalbox({
      config: {
        objects: {
          'webhook/a': webhook('a'),
          'webhook/b': webhook('b'),
          'webhook/other': webhook('other', { tags: ['ops/mail'] }),
          // Of another type than the action is for.
          'vm/gpu-01': { tags: ['ops/chat'] },
        },
        tasks: { tell: { action: 'webhook.send', target: { tag: 'ops/chat' } } },
        triggers: { on: { event: 'vm.power_on', task: 'tell' } },
      },
    });

    const targetsOf = async (): Promise<string[]> => {
      const { id, runs } = await app.api.publish(on);
      const views = await app.api.runsOf(id);
      expect(views).toHaveLength(runs);
      return views.map(({ target, state }) => `${target} ${state}`);
    };
    expect(await targetsOf()).toEqual(['webhook/a succeeded', 'webhook/b succeeded']);
    expect(receiver.deliveries.map(({ path }) => path).sort()).toEqual(['/a', '/b']);
    expect(new Set(receiver.deliveries.map(({ headers }) => headers['webhook-id'])).size).toBe(2);

    await app.api.put('/api/objects/webhook/c', webhook('c'));
    await app.api.put('/api/objects/webhook/a', webhook('a', { tags: [] }));
    expect(await targetsOf()).toEqual(['webhook/b succeeded', 'webhook/c succeeded']);

    for (const key of ['b', 'c'])
      await app.api.put(`/api/objects/webhook/${key}`, webhook(key, { tags: [] }));
    expect(await targetsOf()).toEqual([]);
  });

  it('fails for one object and succeeds for another', async () => {
    await using receiver = await startReceiver({
      respond: ({ path }) => (path === '/bad' ? { status: 400 } : undefined),
    });
    const webhook = (path: string) => ({ settings: { url: receiver.url + path }, tags: ['ops/chat'] });
    await using app = await startSignalbox({
      config: {
        objects: { 'webhook/bad': webhook('/bad'), 'webhook/good': webhook('/good') },
        tasks: { tell: { action: 'webhook.send', target: { tag: 'ops/chat' } } },
        triggers: { on: { event: 'vm.power_on', task: 'tell' } },
      },
    });
    const runs = await app.api.runsOf(await app.api.emit(on));
    expect(runs.map(({ target, state }) => [target, state])).toEqual([
      ['webhook/bad', 'failed'],
      ['webhook/good', 'succeeded'],
    ]);
  });
});

describe('many to many', () => {
  it('one event fires many tasks, one webhook serves many tasks, one task has many triggers', async () => {
    await using receiver = await startReceiver();
    const task = (text: string, object = 'ops') => ({
      action: 'webhook.send',
      target: { object },
      settings: { message: { text } },
    });
    await using app = await startSignalbox({
      config: {
        objects: {
          'webhook/ops': { settings: { url: `${receiver.url}/ops` } },
          'webhook/billing': { settings: { url: `${receiver.url}/billing` } },
        },
        tasks: {
          log: task('${NAME} ${event.type}'),
          cheer: task('${NAME} is up'),
          bill: task('${NAME} costs', 'billing'),
        },
        triggers: {
          'log-on': { event: 'vm.power_on', task: 'log' },
          'log-off': { event: 'vm.power_off', task: 'log' },
          'cheer-on': { event: 'vm.power_on', task: 'cheer' },
          'bill-on': { event: 'vm.power_on', task: 'bill' },
        },
      },
    });
    const received = () =>
      receiver.deliveries.map(({ path, body }) => `${path} ${JSON.parse(body).text as string}`).sort();

    expect(await app.api.publish(on)).toMatchObject({ runs: 3 });
    await receiver.got(3);
    expect(received()).toEqual(['/billing gpu-01 costs', '/ops gpu-01 is up', '/ops gpu-01 vm.power_on']);

    expect(await app.api.publish({ ...on, type: 'vm.power_off' })).toMatchObject({ runs: 1 });
    await receiver.got(4);
    expect(received()).toContain('/ops gpu-01 vm.power_off');
  });
});
