import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };
/** So that neither a retry nor a probe comes while a spec looks on. */
const calm = { retries: 3, backoff: { first: 3_600 }, concurrency: 1 };
const health = { holdAfter: 3, probeEvery: 3_600 };

const held = ({ api }: TestSignalbox) => api.runs('?state=held');
const webhook = async ({ api }: TestSignalbox) => (await api.get('/api/objects/webhook/ops')).body;
const logged = async ({ api }: TestSignalbox) => {
  const { body } = await api.get<{ items: { data: { message: string; details: object } }[] }>(
    '/api/events?type=system.log',
  );
  return body.items.map(({ data: { message } }) => message);
};

async function fire({ api }: TestSignalbox, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await api.publish(on);
}

const untilHeld = (app: TestSignalbox, count: number) =>
  waitFor(
    async () => (await held(app)).length === count,
    () => `${String(count)} held runs`,
  );

describe('a receiver that is down', () => {
  let app: TestSignalbox;
  let receiver: Receiver;
  let status = 503;

  beforeAll(async () => {
    receiver = await startReceiver({ respond: () => ({ status }) });
    app = await startSignalbox({
      config: {
        plugins: ['vm', 'system', 'webhook'],
        ...tellOps(receiver.url, { settings: { ...calm, health } }),
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  it('gets no more requests after so many failures, and its runs are held with the reason', async () => {
    await fire(app, 6);
    await untilHeld(app, 4);
    expect(receiver.deliveries).toHaveLength(3);
    for (const run of await held(app)) expect(run).toMatchObject({ reason: 'target_failing' });
    expect(await webhook(app)).toMatchObject({
      enabled: true,
      health: { state: 'failing', failures: 3, error: expect.stringContaining('503') },
    });
  });

  it('is told of in the system log', async () => {
    await waitFor(
      async () => (await logged(app)).some((message) => message.startsWith('webhook/ops has failed 3 times')),
      () => 'an entry about it',
    );
  });

  it('shows in the preview of what a task would act on', async () => {
    expect((await app.api.get('/api/tasks/tell/targets')).body).toMatchObject({
      items: [{ key: 'ops', wouldAct: false, reason: 'target_failing' }],
    });
  });

  it('gets all that was held once it is given another chance', async () => {
    status = 200;
    await app.api.request('PATCH', '/api/objects/webhook/ops', { name: 'Operators' });
    await waitFor(
      async () => (await app.api.runs('?state=succeeded')).length === 4,
      () => 'four runs to succeed',
    );
    expect(await held(app)).toHaveLength(0);
    expect(await webhook(app)).not.toHaveProperty('health');
    await waitFor(
      async () => (await logged(app)).includes('webhook/ops answers again'),
      () => 'an entry about it',
    );
  });
});

it('is tried after a restart, and then gets what waits', async () => {
  using folder = temporaryFolder();
  let status = 503;
  await using receiver = await startReceiver({ respond: () => ({ status }) });
  const config = tellOps(receiver.url, { settings: { ...calm, health } });
  {
    await using app = await startSignalbox({ config, data: folder.path });
    await fire(app, 5);
    await untilHeld(app, 3);
  }
  status = 200;
  await using again = await startSignalbox({ config, data: folder.path });
  await waitFor(
    async () => (await again.api.runs('?state=succeeded')).length === 3,
    () => 'the held runs to go out',
  );
});

it('is found well by a run that is let through now and then', async () => {
  await using receiver = await startReceiver({ respond: (_, n) => ({ status: n > 4 ? 200 : 503 }) });
  const settings = { ...calm, retries: 0, health: { holdAfter: 3, probeEvery: 1 } };
  await using app = await startSignalbox({ config: tellOps(receiver.url, { settings }) });
  await fire(app, 5);
  await waitFor(
    async () => (await app.api.runs('?state=succeeded')).length === 3,
    () => 'the held runs to go out',
  );
  // The two that failed before it was known have used up what they had.
  expect(await app.api.runs('?state=failed')).toHaveLength(2);
});

it('is switched off after too long a time of nothing but failures', async () => {
  await using receiver = await startReceiver({ respond: () => ({ status: 500 }) });
  const settings = { ...calm, health: { holdAfter: 2, probeEvery: 1, disableAfter: 0.000_001 } };
  await using app = await startSignalbox({ config: tellOps(receiver.url, { settings }) });
  await fire(app, 3);
  await waitFor(
    async () => (await webhook(app))['enabled'] === false,
    () => 'the webhook to be switched off',
  );
  await waitFor(
    async () => (await held(app)).length > 0,
    () => 'its runs to be held',
  );
});
