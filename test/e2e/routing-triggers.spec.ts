import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

/** Tasks of which only the ids matter: what they send waits at a webhook that is switched off. */
const tasks = (...ids: string[]) =>
  Object.fromEntries(ids.map((id) => [id, { action: 'webhook.send', target: { object: 'off' } }]));

describe('a trigger', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({
      config: {
        objects: {
          'webhook/off': { enabled: false, settings: { url: 'https://example.com/' } },
          'vm/gpu-01': { tags: ['vms/gpu', 'site/north'] },
          'vm/gpu-02': { tags: ['vms/gpu'] },
          'vm/mail': {},
        },
        tasks: tasks('for-any', 'for-one', 'for-tag', 'for-site', 'for-stranger', 'moving'),
        triggers: {
          any: { event: 'vm.power_on', task: 'for-any' },
          one: { event: 'vm.power_on', object: 'gpu-01', task: 'for-one' },
          tag: { event: 'vm.power_on', tag: 'vms/gpu', task: 'for-tag' },
          site: { event: 'vm.power_on', tag: 'site/north', task: 'for-site' },
          stranger: { event: 'vm.power_on', object: 'nobody-knows', task: 'for-stranger' },
        },
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  /** What an event fires: `<trigger>: <task>`. */
  const fired = async (object: string, type = 'vm.power_on'): Promise<string[]> => {
    const { id, runs } = await app.api.publish({ type, object });
    const views = await app.api.runsOf(id);
    expect(views).toHaveLength(runs);
    return views.map(({ trigger, task }) => `${String(trigger)}: ${task.id}`).sort();
  };

  it('fires for any object, for one object, and for those that bear a tag', async () => {
    expect(await fired('gpu-01')).toEqual(['any: for-any', 'one: for-one', 'site: for-site', 'tag: for-tag']);
    expect(await fired('gpu-02')).toEqual(['any: for-any', 'tag: for-tag']);
    expect(await fired('mail')).toEqual(['any: for-any']);
  });

  it('fires for an object that nobody has described, by its key', async () => {
    expect(await fired('nobody-knows')).toEqual(['any: for-any', 'stranger: for-stranger']);
    expect(await fired('nor-this')).toEqual(['any: for-any']);
  });

  it('fires for its own event only', async () => {
    expect(await fired('gpu-01', 'vm.power_off')).toEqual([]);
  });

  it('takes keys as they are written', async () => {
    expect(await fired('GPU-01')).toEqual(['any: for-any']);
    expect(await fired('gpu-0')).toEqual(['any: for-any']);
  });

  it('follows the tags of an object from one event to the next', async () => {
    await app.api.put('/api/objects/vm/mail', { tags: ['vms/gpu'] });
    expect(await fired('mail')).toEqual(['any: for-any', 'tag: for-tag']);
    await app.api.put('/api/objects/vm/mail', { tags: ['site/north'] });
    expect(await fired('mail')).toEqual(['any: for-any', 'site: for-site']);
    await app.api.put('/api/objects/vm/mail', {});
    expect(await fired('mail')).toEqual(['any: for-any']);
  });

  it('begins, changes and ends to fire the moment that it is created, changed and deleted', async () => {
    const trigger = '/api/triggers/moving';
    await app.api.put(trigger, { event: 'vm.reset', object: 'gpu-01', task: 'moving' });
    expect(await fired('gpu-01', 'vm.reset')).toEqual(['moving: moving']);

    await app.api.put(trigger, { event: 'vm.reset', object: 'gpu-02', task: 'moving' });
    expect(await fired('gpu-01', 'vm.reset')).toEqual([]);
    expect(await fired('gpu-02', 'vm.reset')).toEqual(['moving: moving']);

    await app.api.request('PATCH', trigger, { event: 'vm.deleted' });
    expect(await fired('gpu-02', 'vm.reset')).toEqual([]);
    expect(await fired('gpu-02', 'vm.deleted')).toEqual(['moving: moving']);

    await app.api.request('DELETE', trigger);
    expect(await fired('gpu-02', 'vm.deleted')).toEqual([]);
  });

  it('does not fire while it is disabled', async () => {
    const trigger = '/api/triggers/moving';
    await app.api.put(trigger, { enabled: false, event: 'vm.reset', task: 'moving' });
    expect(await fired('gpu-01', 'vm.reset')).toEqual([]);
    await app.api.request('PATCH', trigger, { enabled: true });
    expect(await fired('gpu-01', 'vm.reset')).toEqual(['moving: moving']);
    await app.api.request('DELETE', trigger);
  });

  it('does not fire a task that is disabled', async () => {
    await app.api.request('PATCH', '/api/tasks/for-one', { enabled: false });
    expect(await fired('gpu-01')).toEqual(['any: for-any', 'site: for-site', 'tag: for-tag']);
    await app.api.request('PATCH', '/api/tasks/for-one', { enabled: true });
    expect(await fired('gpu-01')).toContain('one: for-one');
  });

  it('is one reason among others to run its task: two that fit an event run it once', async () => {
    await app.api.put('/api/triggers/second', { event: 'vm.power_on', tag: 'vms/gpu', task: 'for-one' });
    expect(await fired('gpu-01')).toEqual([
      'any: for-any',
      expect.stringMatching(/^(one|second): for-one$/),
      'site: for-site',
      'tag: for-tag',
    ]);
    expect(await fired('gpu-02')).toContain('second: for-one');
  });
});
