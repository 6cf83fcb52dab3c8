import { describe, expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestConfig, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const base: TestConfig = {
  tags: { 'vms/gpu': 'With a graphics card' },
  objects: {
    'vm/gpu-01': { name: 'GPU 01', tags: ['vms/gpu'], settings: { host: 'node-7' } },
    'webhook/ops': {
      settings: { url: 'https://example.com', auth: { type: 'bearer', token: 'xoxb-1' } },
    },
  },
  tasks: { tell: { action: 'webhook.send', target: { object: 'ops' }, settings: { message: '${NAME}' } } },
  triggers: { on: { event: 'vm.power_on', tag: 'vms/gpu', filter: { 'data.n': { $gt: 1 } }, task: 'tell' } },
};

type Resource = Readonly<Record<string, unknown>>;

async function all({ api }: TestSignalbox): Promise<Record<string, readonly Resource[]>> {
  const kinds = ['objects', 'tags', 'tasks', 'triggers'];
  const lists = kinds.map(async (kind) => [kind, (await api.get(`/api/${kind}`)).body['items']] as const);
  return Object.fromEntries(await Promise.all(lists)) as Record<string, readonly Resource[]>;
}

describe('a start', () => {
  it('with the same file changes nothing', async () => {
    using folder = temporaryFolder();
    let before: unknown;
    {
      await using app = await startSignalbox({ config: base, data: folder.path });
      before = await all(app);
      expect(before).toMatchObject({
        objects: [{ key: 'gpu-01', managedBy: 'config' }, { key: 'ops' }],
        tags: [{ name: 'vms/gpu', description: 'With a graphics card' }],
        tasks: [{ id: 'tell' }],
        triggers: [{ id: 'on', filter: { 'data.n': { $gt: 1 } } }],
      });
    }
    await using app = await startSignalbox({ config: base, data: folder.path });
    // Not even when it was changed last.
    expect(await all(app)).toEqual(before);
  });

  it('with a changed file changes what differs and nothing else', async () => {
    using folder = temporaryFolder();
    let before: Awaited<ReturnType<typeof all>>;
    {
      await using app = await startSignalbox({ config: base, data: folder.path });
      before = await all(app);
    }
    const config = {
      ...base,
      objects: {
        ...(base['objects'] as object),
        'vm/gpu-01': { name: 'GPU one', tags: ['vms/gpu', 'site/north'] },
        'vm/new': null,
      },
      triggers: { on: { event: 'vm.power_on', object: 'new', task: 'tell' } },
    };
    await using app = await startSignalbox({ config, data: folder.path });
    const after = await all(app);
    expect(after).toMatchObject({
      objects: [
        { key: 'gpu-01', name: 'GPU one', tags: ['vms/gpu', 'site/north'], settings: {} },
        { key: 'new', name: 'new' },
        { key: 'ops' },
      ],
      triggers: [{ id: 'on', object: 'new' }],
    });
    expect(after['triggers']![0]).not.toHaveProperty('filter');
    expect(after['tasks']).toEqual(before['tasks']);
    expect(after['objects']![2]).toEqual(before['objects']![1]);
    expect(after['objects']![0]).toMatchObject({ createdAt: before['objects']![0]!['createdAt'] });
    expect(after['objects']![0]!['updatedAt']).not.toBe(before['objects']![0]!['updatedAt']);
    expect(await app.api.publish({ type: 'vm.power_on', object: 'new' })).toMatchObject({ runs: 1 });
  });

  it('leaves what the file does not name, and wins over what was changed of what it names', async () => {
    using folder = temporaryFolder();
    {
      await using app = await startSignalbox({ config: base, data: folder.path });
      await app.api.put('/api/objects/vm/mine', { tags: ['mine/own'] });
      await app.api.request('PATCH', '/api/objects/vm/gpu-01', { name: 'Renamed' });
      await app.api.request('DELETE', '/api/triggers/on');
    }
    {
      await using app = await startSignalbox({ config: base, data: folder.path });
      expect(await all(app)).toMatchObject({
        objects: [
          { key: 'gpu-01', name: 'GPU 01', managedBy: 'config' },
          { key: 'mine', managedBy: 'api' },
          {},
        ],
        triggers: [{ id: 'on' }],
      });
    }
    await using app = await startSignalbox({ config: {}, data: folder.path });
    expect(await all(app)).toMatchObject({
      objects: [{ key: 'gpu-01' }, { key: 'mine' }, { key: 'ops' }],
      triggers: [{ id: 'on' }],
    });
  });

  it('with a file that cannot be applied fails and changes nothing', async () => {
    using folder = temporaryFolder();
    let before: unknown;
    {
      await using app = await startSignalbox({ config: base, data: folder.path });
      before = await all(app);
    }
    const config = {
      ...base,
      objects: {
        ...(base['objects'] as object),
        'vm/new': {},
        'webhook/bad': { settings: { url: 'nowhere' } },
      },
    };
    await expect(startSignalbox({ config, data: folder.path })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('objects.webhook/bad.settings.url'),
    });
    await using app = await startSignalbox({ config: base, data: folder.path });
    expect(await all(app)).toEqual(before);
  });

  it('takes values from the environment and from files, and shows secrets neither there nor here', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    const token = folder.write('secrets/token', 'xoxb-from-a-file\n');
    const settings = {
      auth: { type: 'bearer', token: `\${file:${token}}` },
      timeout: '${env:WAIT}',
      method: '${env:METHOD:-PUT}',
    };
    const task = { settings: { message: { text: 'by ${env:WHO}: ${NAME}' } } };
    await using app = await startSignalbox({
      config: tellOps(receiver.url, { settings, task }),
      env: { WAIT: '7', WHO: '${NAME} & "co"' },
    });
    const { id } = await app.api.publish({ type: 'vm.power_on', object: 'gpu-01' });
    await app.api.runsOf(id, 'succeeded');
    expect(receiver.deliveries).toMatchObject([
      {
        method: 'PUT',
        headers: { authorization: 'Bearer xoxb-from-a-file' },
        // As a part of the task's settings what was filled in is a template like the rest.
        body: JSON.stringify({ text: 'by gpu-01 & "co": gpu-01' }),
      },
    ]);
    const { body } = await app.api.get('/api/objects/webhook/ops');
    expect(body).toMatchObject({ settings: { timeout: 7, auth: { token: '********' } } });
  });
});

it('a first start takes a file that waits for an object that its type brings along, and so does the next', async () => {
  using folder = temporaryFolder();
  const config = {
    plugins: ['vm', 'webhook', 'schedule'],
    objects: { 'webhook/ops': { settings: { url: 'https://example.com' } } },
    tasks: { tell: { action: 'webhook.send', target: { object: 'ops' } } },
    triggers: { weekly: { event: 'schedule.due', object: 'friday-18h', task: 'tell' } },
  };
  for (const start of ['first', 'next']) {
    await using app = await startSignalbox({ config, data: folder.path });
    expect({ start, status: (await app.api.get('/api/triggers/weekly')).status }).toEqual({
      start,
      status: 200,
    });
  }
});
