import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { movableClock } from 'signalbox/sdk/testing';
import { hasLibvirt, startLibvirt, type Libvirt } from '../support/libvirt.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';

/** The machines of J. Thompson are to run while she works, and only then: on a real libvirt, with its test driver. */
const realDescribe = hasLibvirt ? describe : describe.skip;
const needs = hasLibvirt ? '' : ' (skipped: install libvirt-daemon and libvirt-clients)';

interface EventView {
  readonly id: string;
  readonly object?: string | { readonly key: string };
  readonly data: { readonly reason?: string };
  readonly depth: number;
}

realDescribe(`GPU machines of a user on libvirt${needs}`, () => {
  // A Friday noon, wherever the server stands.
  const clock = movableClock(new Date(2027, 2, 26, 12));
  let libvirt: Libvirt;
  let app: TestSignalbox;

  beforeAll(async () => {
    libvirt = await startLibvirt();
    for (const name of ['gpu-01', 'gpu-02', 'mail']) await libvirt.define(name);
    await libvirt.virsh('start', 'gpu-02');
    const power = { via: 'libvirt/lab', minGapSeconds: 0 };
    const gpu = { tags: ['vms/jthompson-gpu'], settings: { power } };
    const task = (action: string) => ({ action: `vm.${action}`, target: { tag: 'vms/jthompson-gpu' } });
    app = await startSignalbox({
      clock,
      config: {
        plugins: ['user', 'vm', 'schedule', 'power-libvirt'],
        objects: {
          'user/jthompson': { name: 'JThompson' },
          'schedule/friday-18h': { settings: { every: 'week', weekdays: 'friday', at: '18:00' } },
          'libvirt/lab': { settings: { uri: libvirt.uri } },
          'vm/gpu-01': gpu,
          'vm/gpu-02': gpu,
        },
        tasks: { 'power-on': task('power_on'), 'power-off': task('power_off') },
        triggers: {
          login: { event: 'user.login', object: 'jthompson', task: 'power-on' },
          logout: { event: 'user.logout', object: 'jthompson', task: 'power-off' },
          friday: { event: 'schedule.due', object: 'friday-18h', task: 'power-off' },
        },
      },
    });
    // The domain that libvirt's test driver brings along is discovered, and its events are seen.
    await waitFor(
      async () => {
        await libvirt.virsh('suspend', 'test').catch(() => undefined);
        await libvirt.virsh('resume', 'test').catch(() => undefined);
        return (await events('vm.status_change')).length > 0;
      },
      () => 'a first event',
    );
    await waitFor(
      async () => (await states())['test'] === 'on',
      () => 'the event after that',
    );
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await libvirt[Symbol.asyncDispose]();
  });

  async function events(type: string): Promise<readonly EventView[]> {
    const { body } = await app.api.get<{ items: readonly EventView[] }>(`/api/events?type=${type}&limit=100`);
    return body.items;
  }

  async function states(): Promise<Record<string, unknown>> {
    const { body } = await app.api.get<{ items: { key: string; state: { power?: string } }[] }>(
      '/api/objects/vm',
    );
    return Object.fromEntries(body.items.map(({ key, state }) => [key, state.power]));
  }

  async function firedBy(type: string): Promise<Record<string, unknown>> {
    const id = await app.api.emit({ type, object: 'jthompson' });
    const runs = await app.api.runsOf(id, 'succeeded');
    const details = await Promise.all(runs.map((run) => app.api.run(run.id)));
    return Object.fromEntries(
      details.map(({ target, attemptLog }) => [target, (attemptLog.at(-1) as { result?: unknown }).result]),
    );
  }

  it('are known with their states, and so are all others', async () => {
    expect(await states()).toEqual({ 'gpu-01': 'off', 'gpu-02': 'on', mail: 'off', test: 'on' });
  });

  it('go on when she logs in; the one that is on already is left alone', async () => {
    const results = await firedBy('user.login');
    const via = 'libvirt/lab';
    expect(results).toEqual({
      'vm/gpu-01': {
        ...{ before: 'off', after: 'on', acted: true, via, id: 'gpu-01' },
        answer: { command: 'start' },
      },
      'vm/gpu-02': { before: 'on', after: 'on', acted: false, via, id: 'gpu-02' },
    });
    expect(await libvirt.virsh('domstate', 'gpu-01')).toBe('running');
    expect(await libvirt.virsh('domstate', 'mail')).toBe('shut off');
  });

  it('go off when she logs out, and what libvirt tells of it is linked to that', async () => {
    expect(await firedBy('user.logout')).toMatchObject({
      'vm/gpu-01': { before: 'on', after: 'off', acted: true, answer: { command: 'shutdown' } },
      'vm/gpu-02': { before: 'on', after: 'off', acted: true },
    });
    expect(await libvirt.virsh('domstate', 'gpu-02')).toBe('shut off');
    const off = await waitFor(
      async () => {
        const seen = await events('vm.power_off');
        return seen.length >= 2 && seen;
      },
      () => 'two events',
    );
    expect(off).toHaveLength(2);
    for (const event of off) expect(event).toMatchObject({ depth: 1, data: { reason: 'shutdown' } });
  });

  it('are seen when somebody else switches them', async () => {
    await libvirt.virsh('start', 'mail');
    await waitFor(
      async () => (await states())['mail'] === 'on',
      () => 'the mail server to be on',
    );
    const [latest] = await events('vm.power_on');
    expect(latest).toMatchObject({ depth: 0, data: { name: 'mail', reason: 'booted' } });
  });

  it('become objects when somebody makes a new one, and are known to be gone', async () => {
    await libvirt.define('scratch');
    await waitFor(
      async () => 'scratch' in (await states()),
      () => 'the new VM',
    );
    await libvirt.virsh('undefine', 'scratch');
    await waitFor(
      async () => (await events('vm.deleted')).length === 1,
      () => 'its end',
    );
    const { body } = await app.api.get('/api/objects/vm/scratch');
    expect(body).toMatchObject({
      settings: { power: { via: 'libvirt/lab' } },
      state: { power: 'off', deleted: true },
    });
  });

  it('go off on Fridays at 18:00, should she forget to log out', async () => {
    await firedBy('user.login');
    expect(await libvirt.virsh('domstate', 'gpu-01')).toBe('running');
    const due = () => events('schedule.due');
    expect(await due()).toEqual([]);
    clock.set(new Date(2027, 2, 26, 18));
    const [event] = await waitFor(
      async () => {
        const found = await due();
        return found.length > 0 && found;
      },
      () => 'the schedule to come due',
    );
    const runs = await app.api.runsOf(event!.id, 'succeeded');
    expect(runs.map(({ target }) => target)).toEqual(['vm/gpu-01', 'vm/gpu-02']);
    for (const name of ['gpu-01', 'gpu-02']) expect(await libvirt.virsh('domstate', name)).toBe('shut off');
    for (const name of ['mail', 'test']) expect(await libvirt.virsh('domstate', name)).toBe('running');
  });
});
