import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { movableClock } from 'signalbox/sdk/testing';
import { startSignalbox as start } from '../../src/bootstrap.ts';
import { ApiClient } from '../support/api-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startVergeos } from '../support/vergeos-system.ts';
import { waitFor } from '../support/wait-for.ts';

const example = join(import.meta.dirname, '../../config/examples/gpu-vms-on-login.yaml');
const token = 'test-admin-token-0123456789';

it('gpu-vms-on-login: on Fridays at 18:00 the machines that bear the tag are switched off, and no others', async () => {
  const machine = (name: string) => ({ name, running: true });
  const vms = { 41: machine('gpu-01'), 42: machine('gpu-02'), 43: machine('mail') };
  await using vergeos = await startVergeos({ apiKey: 'the-api-key', vms });
  using folder = temporaryFolder();
  // A Friday noon, wherever the server stands.
  const clock = movableClock(new Date(2027, 2, 26, 12));
  const running = await start(
    {
      file: example,
      overrides: { server: { port: 0 }, data: folder.path, log: { level: 'silent' } },
      env: { SIGNALBOX_ADMIN_TOKEN: token, VERGEOS_URL: vergeos.url, VERGEOS_API_KEY: 'the-api-key' },
    },
    { clock },
  );
  try {
    const api = new ApiClient(running.url, token);
    const due = async () =>
      (await api.get<{ items: { id: string }[] }>('/api/events?type=schedule.due&object=friday-18h')).body
        .items;
    clock.set(new Date(2027, 2, 26, 17, 59, 59));
    expect(await due()).toEqual([]);
    clock.set(new Date(2027, 2, 26, 18));
    const [event] = await waitFor(
      async () => {
        const items = await due();
        return items.length > 0 && items;
      },
      () => 'the schedule to come due',
    );
    expect(await api.runsOf(event!.id, 'succeeded')).toMatchObject([
      { task: { id: 'power-off' }, target: 'vm/gpu-01' },
      { task: { id: 'power-off' }, target: 'vm/gpu-02' },
    ]);
    expect(Object.values(vergeos.vms).map((vm) => vm.running)).toEqual([false, false, true]);
  } finally {
    await running.stop();
  }
});
