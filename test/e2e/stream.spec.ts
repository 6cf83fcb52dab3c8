import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLine, type CommandOutput } from '../support/command-line.ts';
import { openEventSource } from '../support/event-source.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

describe('the stream', () => {
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

  const open = (query = '', lastEventId?: string) =>
    openEventSource(`${app.url}/api/stream${query}`, {
      token: app.token,
      ...(lastEventId !== undefined && { lastEventId }),
    });

  it('tells of an event, its run and its attempt, in that order', async () => {
    await using source = await open();
    await source.wait('open');
    const id = await app.api.emit({ type: 'vm.power_on', object: 'gpu-01' });
    await waitFor(
      () => source.events.some(({ data }) => data.state === 'succeeded'),
      () => 'the run to succeed',
    );
    // One that takes a while is running in between.
    const told = source.events.slice(1).filter(({ data }) => data.state !== 'running');
    expect(told.map(({ name, data }) => [name, data.state ?? data.outcome])).toEqual([
      ['event', undefined],
      ['run', 'pending'],
      ['attempt', 'succeeded'],
      ['run', 'succeeded'],
    ]);
    const [, run, attempt] = told;
    expect(attempt?.data).toMatchObject({
      ...{ run: run?.data.id, task: { id: 'tell' }, target: 'webhook/ops', number: 1 },
      event: { id, type: 'vm.power_on', object: 'gpu-01' },
    });
    expect(attempt?.data).not.toHaveProperty('sent');
  });

  it('tells one who comes again what it has missed, from the store', async () => {
    const since = String(Date.now() + 5_000);
    const id = await app.api.emit({ type: 'vm.power_on', object: 'missed' });
    const [run] = await app.api.runsOf(id, 'succeeded');
    await using source = await open('?object=vm/missed', since);
    await source.wait('attempt');
    await source.wait('run');
    expect(source.events.slice(1)).toMatchObject([
      { name: 'event', data: { id } },
      { name: 'attempt', data: { run: run!.id, outcome: 'succeeded' } },
      { name: 'run', data: { id: run!.id, state: 'succeeded', event: { type: 'vm.power_on' } } },
    ]);
  });

  it('tells of runs that people cancel and put back, one or many', async () => {
    await app.api.request('PATCH', '/api/objects/webhook/ops', { enabled: false });
    const id = await app.api.emit({ type: 'vm.power_on', object: 'held' });
    const [run] = await app.api.runsOf(id, 'held');
    await using source = await open('?object=vm/held&kinds=run');
    await source.wait('open');
    let seen = 1;
    const told = async (state: string): Promise<void> => {
      const isIt = ({ name, data }: (typeof source.events)[number]): boolean =>
        name === 'run' && data.id === run!.id && data.state === state;
      await waitFor(
        () => source.events.slice(seen).some(isIt),
        () => `the run to be told of as ${state}`,
      );
      seen = source.events.length;
    };
    await app.api.request('POST', `/api/runs/${run!.id}/cancel`);
    await told('cancelled');
    await app.api.request('POST', `/api/runs/${run!.id}/retry`);
    await told('pending');
    await app.api.runsOf(id, 'held');
    await app.api.request('POST', '/api/runs:cancel', { event: id });
    await told('cancelled');
    await app.api.request('POST', '/api/runs:retry', { event: id, state: ['cancelled'] });
    await told('pending');
    await app.api.request('PATCH', '/api/objects/webhook/ops', { enabled: true });
    await app.api.runsOf(id, 'succeeded');
  });

  it('needs a token', async () => {
    await using source = await openEventSource(`${app.url}/api/stream`, { token: 'x'.repeat(20) });
    expect(source.status).toBe(401);
  });

  it('is what signalbox events --follow shows, across a restart of the server', async () => {
    const before = await app.api.emit({ type: 'vm.reset', object: 'before' });
    const output: CommandOutput = { out: [], err: [] };
    const ctrlC = new AbortController();
    const ended = commandLine(['events', '--follow', '--json', '--object', 'before', '--type', 'vm.reset'], {
      env: { SIGNALBOX_URL: app.url, SIGNALBOX_TOKEN: app.token },
      ...{ output, signal: ctrlC.signal },
    });
    const shown = () => output.out.map((line) => (JSON.parse(line) as { id: string }).id);
    const isShown = (id: string) =>
      waitFor(
        () => shown().includes(id),
        () => `${id} in ${shown().join()}`,
      );
    await isShown(before);
    const live = await app.api.emit({ type: 'vm.reset', object: 'before' });
    await app.api.emit({ type: 'vm.reset', object: 'another' });
    await isShown(live);

    // A stop with an open stream ends: that is what is awaited here.
    await app[Symbol.asyncDispose]();
    app = await startSignalbox({
      ...{ config: tellOps(receiver.url), data: folder.path },
      port: Number(new URL(app.url).port),
    });
    const missed = await app.api.emit({ type: 'vm.reset', object: 'before' });
    await isShown(missed);
    expect(shown()).toEqual([before, live, missed]);
    expect(output.err).toContain('Connected again.');
    ctrlC.abort();
    expect((await ended).code).toBe(0);
  });

  it('has its events in a table without --follow', async () => {
    const { code, out } = await commandLine(['events', '--type', 'vm.reset', '--limit', '1'], {
      env: { SIGNALBOX_URL: app.url, SIGNALBOX_TOKEN: app.token },
    });
    expect(code).toBe(0);
    expect(out).toEqual([
      expect.stringMatching(/^TIME +TYPE +OBJECT +EVENT +DATA$/),
      expect.stringMatching(/^\S+ \S+ {2}vm\.reset {2}before {2}\S{36} {2}\{\}$/),
    ]);
  });
});
