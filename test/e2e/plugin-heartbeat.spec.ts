import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { ApiClient } from '../support/api-client.ts';
import { startServer } from '../support/command.ts';
import { startReceiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const token = 'an-admin-token-of-an-automated-install';
const heartbeat = join(import.meta.dirname, '../fixtures/plugins/heartbeat/index.ts');

it('a plugin in one TypeScript file beside the configuration fires a task at every beat', async () => {
  using folder = temporaryFolder();
  await using receiver = await startReceiver();
  mkdirSync(join(folder.path, 'my'));
  copyFileSync(heartbeat, join(folder.path, 'my/heartbeat.ts'));
  const config = folder.write(
    'signalbox.yaml',
    stringify({
      plugins: ['webhook', { use: './my/heartbeat.ts', settings: { everyMs: 20 } }],
      egress: { allow: ['127.0.0.0/8'] },
      objects: { 'webhook/ops': { settings: { url: receiver.url } } },
      tasks: {
        beat: {
          action: 'webhook.send',
          target: { object: 'ops' },
          settings: { message: { count: '${event.data.count}', name: '${NAME}' } },
        },
      },
      triggers: { beat: { event: 'heartbeat.ticked', filter: { 'data.count': { $lt: 3 } }, task: 'beat' } },
    }),
  );
  await using server = await startServer(['--config', config, '--data', 'data'], {
    cwd: folder.path,
    env: { SIGNALBOX_ADMIN_TOKEN: token },
  });
  await receiver.got(3);
  const bodies = receiver.deliveries.map(({ body }) => JSON.parse(body) as { count: number; name: string });
  expect(bodies.map(({ count }) => count).sort()).toEqual([0, 1, 2]);
  // An event without an object has its type for a name.
  expect(bodies[0]!.name).toBe('heartbeat.ticked');

  const api = new ApiClient(server.url, token);
  const { body } = await api.get<{ items: { source: string; object?: string }[] }>(
    '/api/events?type=heartbeat.ticked&limit=1',
  );
  expect(body.items).toMatchObject([{ source: expect.stringContaining('heartbeat') }]);
  expect(body.items[0]).not.toHaveProperty('object');
  expect(await api.get('/api/plugins/heartbeat')).toMatchObject({ body: { state: 'up', restarts: 0 } });
  expect(await server.stop()).toBe(0);
});
