import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { http } from '../support/http.ts';
import { relayPlugin, startRelayBoard, type RelayBoard } from '../support/relay-board.ts';
import { startSignalbox, type TestConfig, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** VMs with this tag, on a board, and tasks on the tag: `<action>` is fired by `user.<action>`. */
function vms(board: RelayBoard, keys: readonly string[], power: object = { minGapSeconds: 0 }): TestConfig {
  const vm = { tags: ['vms/lab'], settings: { power: { via: 'relay/rack', ...power } } };
  const task = (action: string) => ({ action: `vm.${action}`, target: { tag: 'vms/lab' } });
  return {
    plugins: ['vm', 'user', relayPlugin],
    objects: {
      'relay/rack': { settings: { url: board.url, password: 'open-sesame' } },
      ...Object.fromEntries(keys.map((key) => [`vm/${key}`, vm])),
    },
    tasks: { on: task('power_on'), kill: task('kill'), reset: task('reset') },
    triggers: {
      login: { event: 'user.login', task: 'on' },
      logout: { event: 'user.logout', task: 'kill' },
      disabled: { event: 'user.disabled', task: 'reset' },
    },
  };
}

const login = { type: 'user.login', object: 'jthompson' };
const logout = { type: 'user.logout', object: 'jthompson' };
const reset = { type: 'user.disabled', object: 'jthompson' };
const names = (count: number) =>
  Array.from({ length: count }, (_, n) => `lab-${String(n + 1).padStart(2, '0')}`);

/** The result of the last attempt of each run, by target. */
async function results(app: TestSignalbox, eventId: string): Promise<Record<string, unknown>> {
  const runs = await app.api.runsOf(eventId);
  const details = await Promise.all(runs.map(({ id }) => app.api.run(id)));
  return Object.fromEntries(
    details.map(({ target, attemptLog }) => [target, (attemptLog.at(-1) as { result?: unknown }).result]),
  );
}

describe('a task that switches the VMs with a tag', () => {
  let board: RelayBoard;
  let app: TestSignalbox;

  beforeAll(async () => {
    board = await startRelayBoard();
    app = await startSignalbox({ config: vms(board, names(3)) });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await board[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    board.respond = () => undefined;
  });

  it('tells for each of them how it was and how it is; what is as it should be is left alone', async () => {
    board.on.add('lab-02');
    const id = await app.api.emit(login);
    await app.api.runsOf(id, 'succeeded');
    const done = { before: 'off', after: 'on', acted: true, via: 'relay/rack' };
    expect(await results(app, id)).toEqual({
      'vm/lab-01': { ...done, id: 'lab-01' },
      'vm/lab-02': { ...done, id: 'lab-02', before: 'on', acted: false },
      'vm/lab-03': { ...done, id: 'lab-03' },
    });
    expect([...board.switched].sort()).toEqual(['on lab-01', 'on lab-03']);
  });

  it('keeps the state that it has found in the directory', async () => {
    const answer = await app.api.request('GET', '/api/objects/vm?tag=vms/lab');
    const states = (answer.body as { items: { key: string; state: unknown }[] }).items;
    expect(states.map(({ key, state }) => [key, state])).toMatchObject([
      ['lab-01', { power: 'on' }],
      ['lab-02', { power: 'on' }],
      ['lab-03', { power: 'on' }],
    ]);
  });

  it('makes an event of what it has done, which is linked to what has led to it', async () => {
    const id = await app.api.emit(logout);
    await app.api.runsOf(id, 'succeeded');
    const answer = await app.api.request('GET', '/api/events?type=vm.power_off&limit=10');
    const { items } = answer.body as { items: unknown[] };
    expect(items).toHaveLength(3);
    for (const item of items) expect(item).toMatchObject({ data: { by: 'signalbox' }, depth: 1 });
  });

  it('keeps what was sent and what came back, and no secret of the board in it', async () => {
    const id = await app.api.emit(login);
    const [run] = await app.api.runsOf(id, 'succeeded');
    const detail = await app.api.run(run!.id);
    expect(detail.attemptLog).toMatchObject([
      { sent: { method: 'GET' }, received: { status: 200, body: 'on' } },
    ]);
    expect(board.requests.at(-1)?.headers['authorization']).toBe('Bearer open-sesame');
    board.respond = () => ({ status: 500, body: 'no access with open-sesame' });
    const failed = await app.api.emit(logout);
    await waitFor(
      async () => (await app.api.runsOf(failed, 'pending')).some(({ attempts }) => attempts > 0),
      () => 'an attempt',
    );
    for (const { id: runId } of await app.api.runsOf(failed, 'pending'))
      expect(JSON.stringify(await app.api.run(runId))).not.toContain('sesame');
  });
});

describe('what nobody knows the outcome of', () => {
  it('is held, not repeated, and can be tried again by hand', async () => {
    await using board = await startRelayBoard();
    board.on.add('lab-01');
    // The board acts, and dies before it can answer.
    board.respond = ({ method, body }) => {
      if (method !== 'PUT') return undefined;
      (board.switched as string[]).push(`${body} lab-01`);
      return { status: 200, headers: { 'content-length': '1000' }, body: 'x'.repeat(10) };
    };
    await using app = await startSignalbox({ config: vms(board, ['lab-01']) });
    await app.api.request('PUT', '/api/tasks/reset', {
      action: 'vm.reset',
      target: { tag: 'vms/lab' },
      settings: { timeoutSeconds: 1 },
    });
    const id = await app.api.emit(reset);
    const [held] = await app.api.runsOf(id, 'held');
    expect(held).toMatchObject({ reason: 'outcome_unknown', attempts: 1 });
    expect(board.switched).toEqual(['cycle lab-01']);
    board.respond = () => undefined;
    await http(app).post(`/api/runs/${held!.id}/retry`).expect(202);
    const [run] = await app.api.runsOf(id, 'succeeded');
    expect(run).toMatchObject({ id: held!.id, attempts: 2 });
  });
});

describe('a firing that meets more VMs than it may', () => {
  it('has all its runs held for a person, who can let one after the other go', async () => {
    await using board = await startRelayBoard();
    await using app = await startSignalbox({ config: vms(board, names(25)) });
    const id = await app.api.emit(login);
    const runs = await app.api.runsOf(id, 'held');
    expect(runs).toHaveLength(25);
    for (const run of runs) expect(run).toMatchObject({ reason: 'too_many_targets', attempts: 0 });
    expect(board.requests).toEqual([]);
    const [first] = runs;
    await http(app).post(`/api/runs/${first!.id}/retry`).expect(202);
    await waitFor(
      () => board.switched.length > 0,
      () => 'the one that was let go',
    );
    expect(board.switched).toEqual([`on ${first!.target.slice(3)}`]);
    expect((await app.api.runsOf(id)).filter(({ state }) => state === 'held')).toHaveLength(24);
  });

  it('is one that meets more than 20, or as many as its task says', async () => {
    await using board = await startRelayBoard();
    await using app = await startSignalbox({ config: vms(board, names(20)) });
    await app.api.runsOf(await app.api.emit(login), 'succeeded');
    expect(board.switched).toHaveLength(20);
    const task = { action: 'vm.kill', target: { tag: 'vms/lab' }, settings: { maxTargets: 19 } };
    await app.api.request('PUT', '/api/tasks/kill', task);
    expect(await app.api.runsOf(await app.api.emit(logout), 'held')).toHaveLength(20);
    await app.api.request('PATCH', '/api/tasks/kill', { settings: { maxTargets: 20 } });
    expect(await app.api.runsOf(await app.api.emit(logout), 'succeeded')).toHaveLength(20);
  });

  it('stays held over a restart', async () => {
    using folder = temporaryFolder();
    await using board = await startRelayBoard();
    const config = vms(board, names(21));
    let id: string;
    {
      await using app = await startSignalbox({ config, data: folder.path });
      id = await app.api.emit(login);
      await app.api.runsOf(id, 'held');
    }
    await using again = await startSignalbox({ config, data: folder.path });
    expect(await again.api.runsOf(id, 'held')).toHaveLength(21);
    expect(board.requests).toEqual([]);
  });
});

describe('a VM that has just been acted on', () => {
  it('is not acted on again within 60 seconds: the next run waits', async () => {
    await using board = await startRelayBoard();
    await using app = await startSignalbox({ config: vms(board, ['lab-01'], {}) });
    await app.api.runsOf(await app.api.emit(login), 'succeeded');
    const before = Date.now();
    const next = await app.api.emit(logout);
    await sleep(300);
    expect(board.switched).toEqual(['on lab-01']);
    expect(await app.api.runsOf(next, 'pending')).toHaveLength(1);
    const preview = await app.api.request('GET', '/api/tasks/kill/targets');
    const [{ wouldAct, notBefore }] = (preview.body as { items: [{ wouldAct: boolean; notBefore: string }] })
      .items;
    expect(wouldAct).toBe(true);
    expect(Date.parse(notBefore)).toBeGreaterThan(before + 50_000);
    expect(Date.parse(notBefore)).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('is acted on when the time that its settings ask for is over, in the order of what was asked', async () => {
    await using board = await startRelayBoard();
    await using app = await startSignalbox({ config: vms(board, ['lab-01'], { minGapSeconds: 0.5 }) });
    const begun = Date.now();
    const ids = [await app.api.emit(login), await app.api.emit(logout), await app.api.emit(login)];
    for (const id of ids) await app.api.runsOf(id, 'succeeded');
    expect(board.switched).toEqual(['on lab-01', 'off lab-01', 'on lab-01']);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1_000);
  });

  it('is left alone after a restart, too', async () => {
    using folder = temporaryFolder();
    await using board = await startRelayBoard();
    const config = vms(board, ['lab-01'], {});
    {
      await using app = await startSignalbox({ config, data: folder.path });
      await app.api.runsOf(await app.api.emit(login), 'succeeded');
    }
    await using again = await startSignalbox({ config, data: folder.path });
    const id = await again.api.emit(logout);
    await sleep(500);
    expect(board.switched).toEqual(['on lab-01']);
    expect(await again.api.runsOf(id, 'pending')).toHaveLength(1);
  });
});

it('a VM that is switched off in Signalbox is not acted on until it is switched on', async () => {
  await using board = await startRelayBoard();
  await using app = await startSignalbox({ config: vms(board, names(2)) });
  await app.api.request('PATCH', '/api/objects/vm/lab-01', { enabled: false });
  const id = await app.api.emit(login);
  const [held] = await app.api.runsOf(id);
  expect(held).toMatchObject({ target: 'vm/lab-01', reason: 'target_disabled' });
  expect(board.switched).toEqual(['on lab-02']);
  await app.api.request('PATCH', '/api/objects/vm/lab-01', { enabled: true });
  await app.api.runsOf(id, 'succeeded');
  expect(board.switched).toEqual(['on lab-02', 'on lab-01']);
});

describe('the preview of a task', () => {
  it('tells of each target how it is and whether it would be acted on, and does nothing', async () => {
    await using board = await startRelayBoard();
    await using app = await startSignalbox({ config: vms(board, names(3)) });
    await app.api.request('PATCH', '/api/objects/vm/lab-02', { enabled: false });
    await app.api.emit({ type: 'vm.power_on', object: 'lab-03' });
    const { status, body } = await app.api.request('GET', '/api/tasks/on/targets');
    expect(status).toBe(200);
    expect(body).toEqual({
      task: 'on',
      action: 'vm.power_on',
      total: 3,
      maxTargets: 20,
      items: [
        { type: 'vm', key: 'lab-01', name: 'lab-01', tags: ['vms/lab'], enabled: true, wouldAct: true },
        {
          ...{ type: 'vm', key: 'lab-02', name: 'lab-02', tags: ['vms/lab'], enabled: false },
          ...{ wouldAct: false, reason: 'target_disabled' },
        },
        {
          ...{ type: 'vm', key: 'lab-03', name: 'lab-03', tags: ['vms/lab'], enabled: true },
          ...{ state: { power: 'on' }, stateAt: expect.any(String) },
          ...{ wouldAct: false, reason: 'already_done' },
        },
      ],
    });
    expect(board.requests).toEqual([]);
  });

  it('tells of machines that nobody could switch', async () => {
    await using board = await startRelayBoard();
    await using app = await startSignalbox({ config: vms(board, names(1)) });
    await app.api.request('PATCH', '/api/objects/vm/lab-01', {
      settings: { power: { via: 'rellay/board' } },
    });
    await app.api.request('PUT', '/api/objects/vm/bare', { tags: ['vms/lab'] });
    expect((await app.api.request('GET', '/api/tasks/on/targets')).body).toMatchObject({
      items: [
        {
          ...{ key: 'bare', wouldAct: false, reason: 'not_possible' },
          detail: 'vm/bare has no driver: set power.via in its settings',
        },
        {
          ...{ key: 'lab-01', wouldAct: false, reason: 'not_possible' },
          detail: 'no running plugin offers the driver "rellay" that vm/lab-01 needs',
        },
      ],
    });
  });

  it('follows the tag, comes in pages, and tells when there are too many', async () => {
    await using board = await startRelayBoard();
    await using app = await startSignalbox({ config: vms(board, names(20)) });
    const page = async (query: string) =>
      (await app.api.request('GET', `/api/tasks/kill/targets?${query}`)).body;
    const { next } = await page('limit=18');
    expect(await page(`limit=2&cursor=${String(next)}`)).toMatchObject({
      total: 20,
      items: [
        { key: 'lab-19', wouldAct: true },
        { key: 'lab-20', wouldAct: true },
      ],
    });
    await app.api.request('PUT', '/api/objects/vm/extra', { tags: ['vms/lab'] });
    expect(await page('limit=1')).toMatchObject({
      total: 21,
      items: [{ key: 'extra', wouldAct: false, reason: 'too_many_targets' }],
      next: expect.any(String),
    });
  });

  it('shows a single object, also one that is not there any more, and a task that is switched off', async () => {
    await using board = await startRelayBoard();
    await using app = await startSignalbox({ config: vms(board, names(1)) });
    const task = { action: 'vm.power_on', target: { object: 'lab-01' }, enabled: false };
    await app.api.request('PUT', '/api/tasks/one', task);
    expect((await app.api.request('GET', '/api/tasks/one/targets')).body).toMatchObject({
      total: 1,
      items: [{ key: 'lab-01', wouldAct: false, reason: 'task_disabled' }],
    });
    expect((await app.api.request('GET', '/api/tasks/none/targets')).status).toBe(404);
  });
});

it('a VM can be tried out: its state is read', async () => {
  await using board = await startRelayBoard();
  board.on.add('lab-01');
  await using app = await startSignalbox({ config: vms(board, names(1)) });
  const { body } = await app.api.request('POST', '/api/objects/vm/lab-01/test');
  expect(body).toMatchObject({ ok: true, result: { state: 'on', via: 'relay/rack', id: 'lab-01' } });
  expect(JSON.stringify(body)).not.toContain('sesame');
});
