import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLine, type CommandOutput } from '../support/command-line.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { relayPlugin, startRelayBoard } from '../support/relay-board.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

type World = NonNullable<Parameters<typeof commandLine>[1]>;

describe('signalbox runs', () => {
  const folder = temporaryFolder();
  let receiver: Receiver;
  let app: TestSignalbox;

  beforeAll(async () => {
    receiver = await startReceiver();
    app = await startSignalbox({ config: tellOps(receiver.url), data: folder.path });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const run = (args: readonly string[], world: World = {}) =>
    commandLine(['runs', ...args], {
      env: { SIGNALBOX_URL: app.url, SIGNALBOX_TOKEN: app.token },
      prompt: undefined,
      ...world,
    });
  const enable = (enabled: boolean) => app.api.request('PATCH', '/api/objects/webhook/ops', { enabled });
  const fired = async (object: string): Promise<string> => app.api.emit({ type: 'vm.power_on', object });
  const runsIn = (state: string, count: number, query = '') =>
    waitFor(
      async () => (await app.api.runs(`?state=${state}${query}`)).length === count,
      () => `${String(count)} runs that are ${state}`,
    );
  const answering = (answer: string) => {
    const questions: string[] = [];
    const ask = (question: string) => Promise.resolve((questions.push(question), answer));
    return { questions, prompt: { ask, secret: () => Promise.reject(new Error('nothing is secret')) } };
  };

  it('follows runs in the stream, across a restart of the server', async () => {
    const before = await fired('before');
    await app.api.runsOf(before, 'succeeded');
    const output: CommandOutput = { out: [], err: [] };
    const ctrlC = new AbortController();
    const ended = run(['--follow', '--json', '--type', 'vm.power_on'], { output, signal: ctrlC.signal });
    const shown = () =>
      output.out
        .map((line) => JSON.parse(line) as { state: string; event: { object: string } })
        .map(({ state, event }) => `${event.object} ${state}`);
    const isShown = (line: string) =>
      waitFor(
        () => shown().includes(line),
        () => `${line} in ${shown().join()}`,
      );
    await isShown('before succeeded');
    await fired('live');
    await isShown('live succeeded');
    // One that takes a while is told of as running, too.
    expect(shown().filter((line) => line !== 'live running')).toEqual([
      ...['before succeeded', 'live pending', 'live succeeded'],
    ]);

    await app[Symbol.asyncDispose]();
    app = await startSignalbox({
      ...{ config: tellOps(receiver.url), data: folder.path },
      port: Number(new URL(app.url).port),
    });
    await fired('missed');
    await isShown('missed succeeded');
    expect(output.err).toContain('Connected again.');
    // What was told before the restart is not told again.
    expect(shown().filter((line) => line === 'live succeeded')).toHaveLength(1);
    ctrlC.abort();
    expect((await ended).code).toBe(0);
  });

  it('follows only what is asked for', async () => {
    const output: CommandOutput = { out: [], err: [] };
    const ctrlC = new AbortController();
    const args = ['--follow', '--state', 'held', '--reason', 'target_disabled', '--limit', '1'];
    const ended = run(args, { output, signal: ctrlC.signal });
    await fired('sent');
    await runsIn('succeeded', 4);
    await enable(false);
    await fired('kept');
    await waitFor(
      () => output.out.length > 0,
      () => 'a line',
    );
    expect(output.out).toEqual([
      expect.stringMatching(/^\S+ \S+ {2}held +tell +send webhook\/ops +\S{36} +target_disabled$/),
    ]);
    ctrlC.abort();
    await ended;
    expect(await run(['--follow', '--search', 'x'])).toMatchObject({ code: 2 });
  });

  it('says what is held and why', async () => {
    const { out } = await run(['held']);
    expect(out.map((line) => line.split(/ {2,}/))).toEqual([
      ['TARGET', 'ACTION', 'RUNS', 'SINCE', 'REASON', 'WHAT TO DO'],
      ['webhook/ops', 'webhook.send', '1', expect.any(String), 'target_disabled', 'enable its target'],
    ]);
    expect(JSON.parse((await run(['held', '--json'])).out[0]!)).toMatchObject({ items: [{ runs: 1 }] });
  });

  it('asks with their number before it changes many, and changes none without an answer', async () => {
    await fired('second');
    await runsIn('held', 2);
    const filter = ['cancel', '--object', 'webhook/ops'];
    expect(await run(filter)).toMatchObject({
      code: 2,
      err: [
        'error: Cancel 2 runs? Nobody can be asked here, so nothing was done',
        'what to do: Say it beforehand with --yes.',
      ],
    });
    const no = answering('');
    expect(await run(filter, no)).toMatchObject({ code: 1, err: ['error: nothing was done'] });
    expect(no.questions).toEqual(['Cancel 2 runs? [y/N] ']);
    await runsIn('held', 2);
    expect(await run(['cancel', '--event', crypto.randomUUID(), '--yes'])).toMatchObject({
      code: 0,
      err: ['No such runs.'],
    });
    expect((await run(filter, answering('y'))).out).toEqual(['cancelled  2 runs']);
    await runsIn('cancelled', 2);

    await enable(true);
    const retried = await run(['retry', '--state', 'cancelled', '--yes', '--json']);
    expect(JSON.parse(retried.out[0]!)).toEqual({ runs: 2, more: false });
    await runsIn('succeeded', 6);
  });

  it('changes, shows and deletes those that are named', async () => {
    const [one] = await app.api.runs('?state=succeeded&limit=1');
    const id = one!.id;
    expect((await run(['get', id])).out).toEqual(
      expect.arrayContaining([`id: ${id}`, 'attemptLog:', '    outcome: succeeded']),
    );
    expect(await run(['retry', id])).toMatchObject({
      code: 6,
      err: [expect.stringContaining('RUN_NOT_RETRYABLE'), expect.anything()],
    });
    expect(await run(['retry', id, '--state', 'failed'])).toMatchObject({ code: 2 });
    expect(await run(['retry'])).toMatchObject({
      code: 2,
      err: ['error: it is not said which runs', expect.anything()],
    });
    expect((await run(['delete', id])).out).toEqual([`deleted  ${id}`]);
    expect(await run(['get', id])).toMatchObject({ code: 3 });
    const event = await fired('shown');
    await app.api.runsOf(event, 'succeeded');
    const shown = await commandLine(['events', 'get', event, '--json'], {
      env: { SIGNALBOX_URL: app.url, SIGNALBOX_TOKEN: app.token },
    });
    expect(JSON.parse(shown.out[0]!)).toMatchObject({ id: event, runs: [{ state: 'succeeded' }] });
  });
});

it('a run that waits since its machine has just been switched says until when', async () => {
  await using board = await startRelayBoard();
  await using app = await startSignalbox({
    config: {
      plugins: ['vm', 'user', relayPlugin],
      objects: {
        'relay/rack': { settings: { url: board.url, password: 'open-sesame' } },
        'vm/gpu-01': { settings: { power: { via: 'relay/rack', minGapSeconds: 600 } } },
      },
      tasks: { on: { action: 'vm.power_on', target: { object: 'gpu-01' } } },
    },
  });
  const world = { env: { SIGNALBOX_URL: app.url, SIGNALBOX_TOKEN: app.token } };
  const power = () => commandLine(['tasks', 'run', 'on'], world);
  await power();
  await waitFor(
    async () => (await app.api.runs('?state=succeeded')).length === 1,
    () => 'the first run',
  );
  await power();
  const row = await waitFor(
    async () => (await commandLine(['runs', '--state', 'pending'], world)).out[1],
    () => 'the second run',
  );
  expect(row).toMatch(/power_on vm\/gpu-01 +\S{36} +not before \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: its target/);
});
