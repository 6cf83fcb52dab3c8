import { describe, expect, it } from '@jest/globals';
import { http } from '../support/http.ts';
import { problem } from '../support/problem.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const managed = {
  managedBy: 'api',
  createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
  updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
};

const written = [
  { path: '/api/tags/vms/gpu', body: { description: 'With a graphics card' } },
  {
    path: '/api/objects/vm/gpu-01',
    body: {
      name: 'GPU 01',
      enabled: true,
      tags: ['vms/gpu', 'site/north'],
      settings: { host: 'node-7', n: [1, null] },
    },
  },
  {
    path: '/api/objects/webhook/lab%2Fops',
    body: {
      name: 'Ops 🎉',
      enabled: false,
      tags: [],
      settings: { url: 'https://example.com/hook', method: 'PUT', timeout: 10, payloadSecret: 'hush-hush' },
    },
  },
  {
    path: '/api/tasks/tell',
    body: {
      name: 'Tell',
      description: 'Says it\n\tin two lines',
      enabled: false,
      deleteAfterRunning: true,
      action: 'webhook.send',
      target: { object: 'lab/ops' },
      settings: { message: { text: '${NAME}', list: [1, { a: null }] } },
    },
  },
  {
    path: '/api/triggers/on',
    body: {
      enabled: false,
      event: 'vm.power_on',
      tag: 'vms/gpu',
      filter: { 'data.level': { $in: ['a', 'b'] } },
      task: 'tell',
    },
  },
];

const masked = (body: object): object =>
  JSON.parse(JSON.stringify(body).replace('hush-hush', '********')) as object;

async function all(app: TestSignalbox): Promise<unknown> {
  const kinds = ['objects', 'tags', 'tasks', 'triggers'];
  return Promise.all(kinds.map(async (kind) => (await app.api.get(`/api/${kind}?limit=500`)).body['items']));
}

describe('objects, tags, tasks and triggers', () => {
  it('are as they were written, also after a restart', async () => {
    using folder = temporaryFolder();
    let before: unknown;
    {
      await using app = await startSignalbox({ data: folder.path });
      for (const { path, body } of written) {
        const created = await http(app).put(path).send(body).expect(201);
        expect(created.headers['location']).toBe(path);
        expect(created.body).toMatchObject({ ...masked(body), ...managed });
        const read = await http(app).get(path).expect(200);
        expect(read.body).toMatchObject({ ...masked(body), ...managed });
        // Written again as it is shown, it does not change.
        const again = await http(app).put(path).send(masked(body)).expect(200);
        expect(again.body).toEqual(created.body);
      }
      before = await all(app);
    }
    await using app = await startSignalbox({ data: folder.path });
    expect(await all(app)).toEqual(before);
  });

  it('are gone once they are deleted, also after a restart', async () => {
    using folder = temporaryFolder();
    {
      await using app = await startSignalbox({ data: folder.path });
      for (const { path, body } of written) await app.api.put(path, body);
      for (const { path } of written.toReversed()) {
        await http(app).delete(path).expect(204);
        expect(await http(app).get(path)).toMatchObject(problem('NOT_FOUND'));
        expect(await http(app).delete(path)).toMatchObject(problem('NOT_FOUND'));
      }
    }
    await using app = await startSignalbox({ data: folder.path });
    const tags = [{ name: 'site/north' }];
    expect(await all(app)).toMatchObject([[], tags, [], []]);
  });

  it('get their defaults when they are replaced, and keep what a patch does not name', async () => {
    await using app = await startSignalbox();
    for (const { path, body } of written) await app.api.put(path, body);
    const patch = async (path: string, body: object) =>
      (await http(app).patch(path).send(body).expect(200)).body;

    expect(await patch('/api/objects/vm/gpu-01', { settings: { n: null }, tags: ['vms/gpu'] })).toMatchObject(
      {
        name: 'GPU 01',
        tags: ['vms/gpu'],
        settings: { host: 'node-7' },
      },
    );
    expect(await patch('/api/tasks/tell', { enabled: true, settings: { message: 'now' } })).toMatchObject({
      name: 'Tell',
      enabled: true,
      settings: { message: 'now' },
    });
    expect(await patch('/api/triggers/on', { tag: null, filter: null, object: 'gpu-01' })).toEqual({
      id: 'on',
      enabled: false,
      event: 'vm.power_on',
      object: 'gpu-01',
      task: 'tell',
      available: true,
      ...managed,
    });
    const replaced = await http(app).put('/api/objects/vm/gpu-01').send({}).expect(200);
    expect(replaced.body).toEqual({
      type: 'vm',
      key: 'gpu-01',
      name: 'gpu-01',
      enabled: true,
      tags: [],
      settings: {},
      ...managed,
    });
  });

  it('are created once by POST, tasks and triggers with an id made of what they are', async () => {
    await using app = await startSignalbox();
    const post = (path: string, body: object) => http(app).post(path).send(body);
    const webhook = { key: 'ops', settings: { url: 'https://example.com' } };
    expect(await post('/api/objects/webhook', webhook)).toMatchObject({ status: 201 });
    expect(await post('/api/objects/webhook', webhook)).toMatchObject(problem('CONFLICT'));

    const task = { name: 'Tell the Öperators!', action: 'webhook.send', target: { object: 'ops' } };
    const created = await post('/api/tasks', task);
    expect(created).toMatchObject({
      status: 201,
      body: { id: 'tell-the-operators', name: 'Tell the Öperators!' },
    });
    expect(created.headers['location']).toBe('/api/tasks/tell-the-operators');
    expect(await post('/api/tasks', task)).toMatchObject({
      status: 201,
      body: { id: 'tell-the-operators-2' },
    });
    expect(await post('/api/tasks', { ...task, id: 'tell-the-operators' })).toMatchObject(
      problem('CONFLICT'),
    );

    const trigger = { event: 'vm.power_on', task: 'tell-the-operators' };
    expect(await post('/api/triggers', trigger)).toMatchObject({
      status: 201,
      body: { id: 'tell-the-operators-on-vm-power-on' },
    });
    expect(
      await post('/api/triggers', { ...trigger, id: 'tell-the-operators-on-vm-power-on' }),
    ).toMatchObject(problem('CONFLICT'));
  });

  it('cannot be deleted while others name them, and the answer tells who', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    const on = { event: 'vm.power_on' };
    await app.api.put('/api/objects/vm/gpu-01', { tags: ['vms/gpu'] });
    await app.api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
    await app.api.put('/api/tasks/tell', { action: 'webhook.send', target: { object: 'ops' } });
    await app.api.put('/api/tasks/tell-too', { action: 'webhook.send', target: { object: 'ops' } });
    await app.api.put('/api/tasks/tell-all', { action: 'webhook.send', target: { tag: 'vms/gpu' } });
    await app.api.put('/api/triggers/on-one', { ...on, object: 'gpu-01', task: 'tell' });
    await app.api.put('/api/triggers/on-tag', { ...on, tag: 'vms/gpu', task: 'tell' });

    const users: [path: string, detail: string][] = [
      ['objects/webhook/ops', 'object webhook/ops is used by task tell, task tell-too'],
      ['objects/vm/gpu-01', 'object vm/gpu-01 is used by trigger on-one'],
      ['tags/vms/gpu', 'tag vms/gpu is used by vm/gpu-01, task tell-all, trigger on-tag'],
      ['tasks/tell', 'task tell is used by trigger on-one, trigger on-tag'],
    ];
    for (const [path, detail] of users) {
      expect(await http(app).delete(`/api/${path}`)).toMatchObject(problem('IN_USE', { detail }));
      await http(app).get(`/api/${path}`).expect(200);
    }
    const { id } = await app.api.publish({ type: 'vm.power_on', object: 'gpu-01' });
    expect(await app.api.runsOf(id, 'succeeded')).toHaveLength(1);
  });

  it('can be deleted while their runs stay', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    await app.api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
    await app.api.put('/api/tasks/tell', { name: 'Tell', action: 'webhook.send', target: { object: 'ops' } });
    await app.api.put('/api/triggers/on', { event: 'vm.power_on', task: 'tell' });
    const id = await app.api.emit({ type: 'vm.power_on', object: 'gpu-01' });
    const [run] = await app.api.runsOf(id, 'succeeded');
    const before = await app.api.run(run!.id);
    for (const path of ['triggers/on', 'tasks/tell', 'objects/webhook/ops'])
      await http(app).delete(`/api/${path}`).expect(204);
    expect(await app.api.run(run!.id)).toEqual(before);
    expect(before).toMatchObject({
      task: { id: 'tell', name: 'Tell' },
      trigger: 'on',
      target: 'webhook/ops',
    });
  });
});
