import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { http } from '../support/http.ts';
import { startReceiver, type Receiver, type Responder } from '../support/receiver.ts';
import { startSignalbox, type TestConfig, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };

/** Every `vm.power_on` toggles an outlet: an action that must not be done twice. */
function toggles(url: string, settings: object = {}): TestConfig {
  return {
    plugins: ['vm', { use: `${import.meta.dirname}/../fixtures/plugins/power-strip` }],
    objects: { 'outlet/left': { settings: { url, ...settings } } },
    tasks: { toggle: { action: 'outlet.toggle', target: { object: 'left' } } },
    triggers: { on: { event: 'vm.power_on', task: 'toggle' } },
  };
}

const never = (): Promise<undefined> => new Promise(() => undefined);

describe('an action that must not be repeated', () => {
  let receiver: Receiver;
  let app: TestSignalbox;
  let respond: Responder = () => undefined;

  beforeAll(async () => {
    receiver = await startReceiver({ respond: (delivery, n) => respond(delivery, n) });
    app = await startSignalbox({ config: toggles(receiver.url, { answersWithinMs: 200 }) });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  it('is held when no answer came in time, is not repeated, and can be tried again by hand', async () => {
    const begin = receiver.deliveries.length;
    respond = never;
    const id = await app.api.emit(on);
    const [held] = await app.api.runsOf(id, 'held');
    expect(held).toMatchObject({ state: 'held', reason: 'outcome_unknown', attempts: 1 });
    const { attemptLog } = await app.api.run(held!.id);
    expect(attemptLog).toMatchObject([{ outcome: 'unknown', error: 'no result after 200 ms' }]);
    expect(attemptLog[0]).toMatchObject({ sent: { method: 'POST', url: receiver.url } });

    // Neither a change of the outlet nor what comes after it sets the run off again.
    respond = () => undefined;
    await app.api.request('PATCH', '/api/objects/outlet/left', { name: 'Left' });
    await app.api.runsOf(await app.api.emit(on), 'succeeded');
    expect(await app.api.runsOf(id)).toMatchObject([{ state: 'held' }]);
    expect(receiver.deliveries.length - begin).toBe(2);

    await http(app).post(`/api/runs/${held!.id}/retry`).expect(202);
    const [run] = await app.api.runsOf(id, 'succeeded');
    expect(run).toMatchObject({ id: held!.id, attempts: 2 });
    const outcomes = (await app.api.run(run!.id)).attemptLog.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['unknown', 'succeeded']);
  });

  it('is held when it says that it does not know what happened', async () => {
    await app.api.request('PATCH', '/api/objects/outlet/left', { settings: { url: 'http://127.0.0.1:9/' } });
    const [held] = await app.api.runsOf(await app.api.emit(on));
    expect(held).toMatchObject({ state: 'held', reason: 'outcome_unknown', attempts: 1 });
    const { attemptLog } = await app.api.run(held!.id);
    expect(attemptLog).toMatchObject([{ outcome: 'unknown', error: 'the outlet has not answered' }]);
    await app.api.request('PATCH', '/api/objects/outlet/left', { settings: { url: receiver.url } });
  });

  it('is repeated when it says that nothing has happened', async () => {
    let refusals = 2;
    respond = () => (refusals-- > 0 ? { status: 503 } : undefined);
    const [run] = await app.api.runsOf(await app.api.emit(on));
    expect(run).toMatchObject({ state: 'succeeded', attempts: 3 });
  });

  it('fails at once when it was refused', async () => {
    respond = () => ({ status: 404 });
    const [run] = await app.api.runsOf(await app.api.emit(on));
    expect(run).toMatchObject({ state: 'failed', attempts: 1, reason: 'the outlet refused (404)' });
  });
});

it('a shutdown in the middle of an action that must not be repeated leaves it held', async () => {
  using folder = temporaryFolder();
  let answers = false;
  await using receiver = await startReceiver({ respond: () => (answers ? undefined : never()) });
  const config = { ...toggles(receiver.url), limits: { shutdownGraceMs: 50 } };
  let id: string;
  {
    await using app = await startSignalbox({ config, data: folder.path });
    id = await app.api.emit(on);
    await receiver.got(1);
  }
  answers = true;
  await using again = await startSignalbox({ config, data: folder.path });
  const [held] = await again.api.runsOf(id, 'held');
  expect(held).toMatchObject({ state: 'held', reason: 'outcome_unknown', attempts: 1 });
  await again.api.runsOf(await again.api.emit(on), 'succeeded');
  expect(receiver.deliveries).toHaveLength(2);
  await http(again).post(`/api/runs/${held!.id}/retry`).expect(202);
  await again.api.runsOf(id, 'succeeded');
});
