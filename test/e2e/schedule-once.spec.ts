import { expect, it } from '@jest/globals';
import { movableClock } from 'signalbox/sdk/testing';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const once = { once: '2027-03-01T08:00', zone: 'Europe/Berlin' };

async function wire({ api }: TestSignalbox, url: string): Promise<void> {
  await api.put('/api/objects/webhook/accounts', { settings: { url } });
  await api.put('/api/objects/schedule/march', { settings: once });
  await api.put('/api/tasks/disable-intern', {
    action: 'webhook.send',
    target: { object: 'accounts' },
    settings: { message: { disable: 'intern' } },
    deleteAfterRunning: true,
  });
  await api.put('/api/triggers/march', { event: 'schedule.due', object: 'march', task: 'disable-intern' });
}

async function statuses({ api }: TestSignalbox): Promise<readonly number[]> {
  const paths = ['tasks/disable-intern', 'triggers/march', 'objects/schedule/march'];
  return Promise.all(paths.map(async (path) => (await api.get(`/api/${path}`)).status));
}

it('a schedule comes due once, and a task that is deleted after running goes with it', async () => {
  using folder = temporaryFolder();
  await using receiver = await startReceiver();
  const config = { plugins: ['schedule', 'webhook'] };
  {
    const clock = movableClock('2027-02-27T12:00:00Z');
    await using app = await startSignalbox({ config, clock, data: folder.path });
    await wire(app, receiver.url);
    expect((await app.api.get('/api/objects/schedule/march')).body).toMatchObject({
      summary: {
        text: 'once, on 1 Mar 2027 at 08:00 Europe/Berlin',
        next: '2027-03-01T07:00:00.000Z',
      },
    });
  }
  // It is late: a power cut.
  const clock = movableClock('2027-03-01T09:30:00Z');
  await using app = await startSignalbox({ config, clock, data: folder.path });
  const [delivery] = await receiver.got(1);
  expect(delivery!.body).toBe('{"disable":"intern"}');
  await waitFor(
    async () => (await statuses(app)).join() === '404,404,200',
    () => 'task and trigger to go, but not the schedule',
  );
  expect((await app.api.get('/api/objects/schedule/march')).body).toMatchObject({
    state: { last: '2027-03-01T07:00:00.000Z' },
    summary: { next: null },
  });
  expect((await app.api.get('/api/schedules/march/next')).body).toMatchObject({ items: [] });
  // Saved as it is, it is no mistake, and does not come due again.
  await app.api.put('/api/objects/schedule/march', { name: 'March', settings: once });
  clock.set('2028-03-01T08:00:00Z');
  const { body } = await app.api.get('/api/events?type=schedule.due&object=march');
  expect(body['items']).toHaveLength(1);
});
