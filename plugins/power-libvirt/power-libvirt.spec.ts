import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Subscription } from 'rxjs';
import {
  NoAnswerError,
  PermanentError,
  powerDriver,
  RetryableError,
  runProgram,
  UnknownOutcomeError,
  type MachineReport,
  type PowerAction,
  type PowerDriver,
} from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import { built } from '../../test/contract/node-process.ts';
import { isRunning } from '../../test/support/is-running.ts';
import { killOnceReady } from '../../test/support/killed-parent.ts';
import { hasLibvirt, startLibvirt, type Libvirt } from '../../test/support/libvirt.ts';
import { failureOf, keptLog, vmNamed } from '../../test/support/power-driver.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { meaningOf, parseEvent } from './domain-event.ts';
import { powerState } from './domain.ts';
import plugin from './index.ts';
import { libvirtSettings } from './settings.ts';
import { readUri } from './uri.ts';
import { failureOf as failureOfVirsh, virsh } from './virsh.ts';

const never = new AbortController().signal;

const startWith = (uri: string, options: Pick<Parameters<typeof startPlugin>[1] & object, 'logger'> = {}) =>
  startPlugin(plugin, { objects: [{ type: 'libvirt', key: 'lab', settings: { uri } }], ...options });

const realDescribe = hasLibvirt ? describe : describe.skip;
const needs = hasLibvirt ? '' : ' (skipped: install libvirt-daemon and libvirt-clients)';

realDescribe(`with a real libvirt and its test driver${needs}`, () => {
  let libvirt: Libvirt;
  let started: Awaited<ReturnType<typeof startWith>>;
  let driver: PowerDriver;
  let watching: Subscription | undefined;
  let reports: MachineReport[];
  const state = (id: string) => driver.state(vmNamed(id), never);
  const power = (action: PowerAction, id: string) => driver.power(action, vmNamed(id), never);

  beforeAll(async () => {
    libvirt = await startLibvirt();
    for (const name of ['gpu-01', '--all', '1', "o'brien, the 2nd"]) await libvirt.define(name);
    started = await startWith(libvirt.uri);
    driver = started.extension(powerDriver, 'libvirt');
  });
  afterAll(async () => {
    watching?.unsubscribe();
    await started.stop();
    await libvirt[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    reports = [];
  });

  /** Watches until the end of the tests; resolves once it sees what happens. */
  async function watch(): Promise<void> {
    watching ??= driver.watch!((report) => {
      reports.push(report);
      return Promise.resolve();
    }).subscribe();
    // Between the connection and the first event that is seen there is a moment that nobody can wait for.
    await waitFor(
      async () => {
        await libvirt.virsh('suspend', 'test').catch(() => undefined);
        await libvirt.virsh('resume', 'test').catch(() => undefined);
        return reports.length > 0;
      },
      () => 'a first event',
    );
    await reported('test', 'status_change', { to: 'running' });
    reports = [];
  }

  function reported(id: string, event: string, data: object = {}): Promise<MachineReport> {
    return waitFor(
      () =>
        reports.find(
          (report) =>
            report.id === id &&
            report.event === event &&
            Object.entries(data).every(([key, value]) => report.data?.[key] === value),
        ),
      () => `${event} of ${id} in ${JSON.stringify(reports)}`,
    );
  }

  it('switches a VM on, off and on again', async () => {
    expect(await state('gpu-01')).toBe('off');
    expect(await power('power_on', 'gpu-01')).toEqual({ command: 'start' });
    expect(await state('gpu-01')).toBe('on');
    expect(await power('reset', 'gpu-01')).toEqual({ command: 'reset' });
    expect(await power('power_off', 'gpu-01')).toEqual({ command: 'shutdown' });
    expect(await state('gpu-01')).toBe('off');
    await power('power_on', 'gpu-01');
    expect(await power('kill', 'gpu-01')).toEqual({ command: 'destroy' });
    expect(await libvirt.virsh('domstate', 'gpu-01')).toBe('shut off');
  });

  it('takes it well when it is so already, and refuses to reset what is off', async () => {
    expect(await power('kill', 'gpu-01')).toMatchObject({ note: expect.stringContaining('not running') });
    expect(await power('power_off', 'gpu-01')).toMatchObject({
      command: 'shutdown',
      note: expect.any(String),
    });
    expect(await power('power_on', 'test')).toMatchObject({ note: 'Domain is already active' });
    const failure = await failureOf(power('reset', 'gpu-01'));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toContain('domain is not running');
  });

  it('lets a paused VM go on', async () => {
    await libvirt.virsh('suspend', 'test');
    expect(await state('test')).toBe('paused');
    expect(await power('power_on', 'test')).toEqual({ command: 'resume' });
    expect(await state('test')).toBe('on');
  });

  it('knows VMs by their UUID, too', async () => {
    const uuid = (await libvirt.virsh('domuuid', 'test')).trim();
    expect(await state(uuid)).toBe('on');
    expect(await state(uuid.toUpperCase())).toBe('on');
  });

  it('never takes a name for an option, or for the number of a running VM', async () => {
    // The domain "test" bears the number 1, and is on.
    expect(await state('1')).toBe('off');
    await power('power_on', '--all');
    expect(await state('--all')).toBe('on');
    expect(await state('gpu-01')).toBe('off');
    await power('kill', '1');
    await power('kill', '--all');
    expect(await state('test')).toBe('on');
  });

  it.each(['gpu-99', '', ';', 'test; destroy test', '--help'])('knows no VM called %j', async (name) => {
    const failure = await failureOf(power('kill', name));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toBe(`there is no domain called "${name}"`);
  });

  it('knows no VM with an unknown UUID', async () => {
    const failure = await failureOf(power('kill', '00000000-0000-4000-8000-000000000000'));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toContain('failed to get domain');
  });

  it('finds all VMs, with their states', async () => {
    await libvirt.virsh('suspend', 'test');
    const found = await driver.discover!();
    await libvirt.virsh('resume', 'test');
    const uuid = (await libvirt.virsh('domuuid', 'test')).trim();
    expect(found).toContainEqual({
      ...{ type: 'vm', connection: 'lab', id: 'test', name: 'test', state: 'paused' },
      aliases: [uuid],
    });
    expect(found.map(({ name, state }) => `${name} ${state!}`).sort()).toEqual(
      ['--all off', '1 off', 'gpu-01 off', "o'brien, the 2nd off", 'test paused'].sort(),
    );
  });

  it('starts one virsh for all who look at the same time', async () => {
    using folder = temporaryFolder();
    const { PATH = '' } = process.env;
    const program = folder.write(
      'virsh',
      `#!/bin/sh\necho x >> ${folder.path}/calls\nPATH=${PATH} exec virsh "$@"\n`,
    );
    chmodSync(program, 0o700);
    process.env['PATH'] = `${folder.path}:${PATH}`;
    try {
      const uuid = (await libvirt.virsh('domuuid', 'test')).trim();
      const ids = ['gpu-01', '1', 'test', uuid, 'gpu-01', '--all'];
      expect(await Promise.all(ids.map(state))).toEqual(['off', 'off', 'on', 'on', 'off', 'off']);
      expect(readFileSync(`${folder.path}/calls`, 'utf8')).toBe('x\n');
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  it('tells version and number of VMs when it is tried out', async () => {
    const object = { key: 'lab', settings: { uri: libvirt.uri } };
    expect((await started.runTest('libvirt', { object })).result).toEqual({
      product: expect.stringContaining('TEST'),
      domains: 5,
    });
  });

  it('reports what happens to VMs, whoever does it', async () => {
    await watch();
    const before = Date.now();
    const uuid = (await libvirt.virsh('domuuid', "o'brien, the 2nd")).trim();
    await libvirt.virsh('start', uuid);
    expect(await reported("o'brien, the 2nd", 'power_on')).toEqual({
      ...{ type: 'vm', connection: 'lab', id: "o'brien, the 2nd", name: "o'brien, the 2nd", aliases: [uuid] },
      ...{ event: 'power_on', data: { reason: 'booted' }, time: expect.any(Date) },
    });
    expect(reports[0]!.time!.getTime()).toBeGreaterThan(before - 60_000);
    await power('kill', "o'brien, the 2nd");
    await reported("o'brien, the 2nd", 'power_off', { reason: 'destroyed' });
    await libvirt.define('new');
    await reported('new', 'created');
    await libvirt.virsh('start', 'new');
    await reported('new', 'power_on');
    await libvirt.virsh('suspend', 'new');
    expect(await reported('new', 'status_change', { to: 'paused' })).toMatchObject({ state: 'paused' });
    await libvirt.virsh('destroy', 'new');
    await libvirt.virsh('undefine', 'new');
    const { aliases } = await reported('new', 'deleted');
    expect(aliases).toHaveLength(1);
    expect(reports.map(({ event }) => event)).toEqual([
      ...['power_on', 'power_off', 'created', 'power_on', 'status_change', 'power_off', 'deleted'],
    ]);
  });

  it('watches again when libvirt has gone away, and has its VMs discovered anew then', async () => {
    await watch();
    let again = 0;
    const counting = driver.changes!.subscribe(() => again++);
    await libvirt.stop();
    const failure = await failureOf(power('kill', 'test'));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toContain('failed to connect to the hypervisor');
    expect(await driver.discover!()).toEqual([]);
    await libvirt.start();
    await waitFor(
      () => again > 0,
      () => 'the connection',
    );
    await watch();
    counting.unsubscribe();
  });

  it('watches what is added, and ends to watch what is removed', async () => {
    await watch();
    const { uri } = libvirt;
    started.addObject({ type: 'libvirt', key: 'second', settings: { uri } });
    const resume = () => libvirt.virsh('resume', 'test').catch(() => undefined);
    await waitFor(
      async () => {
        await libvirt.virsh('suspend', 'test').catch(() => undefined);
        await resume();
        return reports.some(({ connection }) => connection === 'second');
      },
      () => 'an event of the second connection',
    );
    started.removeObject('libvirt', 'second');
    await libvirt.virsh('destroy', 'test');
    await reported('test', 'power_off');
    await libvirt.virsh('start', 'test');
    await reported('test', 'power_on');
    expect(
      reports.filter(({ connection, event }) => connection === 'second' && event === 'power_on'),
    ).toEqual([]);
  });
});

realDescribe(`virsh event${needs}`, () => {
  it('does not outlive a Signalbox that is killed', async () => {
    const pids = await killOnceReady(`
      import { virshEvents } from ${JSON.stringify(built('plugins/power-libvirt/virsh-events.js'))};
      const settings = { uri: 'test:///default', timeout: 15 };
      virshEvents({ settings, lookup: () => Promise.resolve([]) }).subscribe(() => console.log('ready'));
    `);
    // virsh, and who watches it.
    expect(pids).toHaveLength(2);
    await waitFor(
      () => !pids.some(isRunning),
      () => `the end of ${pids.join(', ')}`,
    );
  });
});

it('says what to install when there is no virsh', async () => {
  const { PATH } = process.env;
  process.env['PATH'] = '/nowhere';
  try {
    const { logger, lines } = keptLog();
    await using started = await startWith('test:///default', { logger });
    const driver = started.extension(powerDriver, 'libvirt');
    const failure = await failureOf(driver.power('kill', vmNamed('gpu-01'), never));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toContain('virsh is not installed on this machine: install the package');
    const watching = driver.watch!(() => Promise.resolve()).subscribe();
    await waitFor(
      () => lines.some((line) => line.includes('VMs cannot be watched')),
      () => 'a warning',
    );
    watching.unsubscribe();
    expect(lines.join()).toContain('virsh is not installed');
  } finally {
    process.env['PATH'] = PATH;
  }
});

it('switches only VMs, and only over connections that are there', async () => {
  await using started = await startWith('test:///default');
  const driver = started.extension(powerDriver, 'libvirt');
  const tenant = await failureOf(driver.state(vmNamed('acme', { type: 'tenant' })));
  expect(tenant).toBeInstanceOf(PermanentError);
  expect(tenant.message).toBe('libvirt cannot switch a tenant: only VMs');
  const gone = await failureOf(driver.state(vmNamed('x', { connection: 'attic' })));
  expect(gone).toBeInstanceOf(PermanentError);
  expect(gone.message).toBe('there is no libvirt/attic, or it is switched off');
});

describe('what virsh fails with', () => {
  const failure = (stderr: string, code = 1) => failureOfVirsh({ code, signal: null, stderr });

  it.each([
    "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/run/x': No such file\n",
    'error: failed to connect to the hypervisor\nerror: Cannot recv data: ssh: connect to host h port 22: Connection refused: Connection reset by peer\n',
    "error: Failed to start domain 'x'\nerror: Timed out during operation: cannot acquire state change lock (held by monitor=remote)\n",
  ])('is tried again where nothing has happened: %j', (stderr) => {
    const error = failure(stderr);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).not.toBeInstanceOf(NoAnswerError);
  });

  it.each([
    "error: Failed to start domain 'x'\nerror: internal error: client socket is closed\n",
    "error: Disconnected from qemu:///system due to end of file\nerror: Failed to start domain 'x'\nerror: End of file while reading data: Input/output error\n",
  ])('is left open where the connection broke: %j', (stderr) => {
    expect(failure(stderr)).toBeInstanceOf(NoAnswerError);
  });

  it('is left open where virsh was killed', () => {
    expect(failureOfVirsh({ code: null, signal: 'SIGKILL', stderr: '' })).toBeInstanceOf(UnknownOutcomeError);
  });

  it('fails for good where libvirt refuses, in its words', () => {
    const error = failure("error: Failed to start domain 'x'\nerror: internal error: no disk\n\n");
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe("Failed to start domain 'x': internal error: no disk");
    const unknown = failure(
      'error: failed to connect to the hypervisor\nerror: no connection driver available for foo:///\n',
    );
    expect(unknown).toBeInstanceOf(PermanentError);
    expect(failure('', 127).message).toBe('virsh has ended with exit code 127');
  });
});

describe('lines of virsh event', () => {
  const meaning = (text: string) => {
    const event = parseEvent(`2026-11-21 15:39:28.530+0000: ${text}`);
    return event && meaningOf(event);
  };

  it('are read with the time and the name, whatever that is', () => {
    expect(
      parseEvent("2026-11-21 16:39:28.530+0100: event 'lifecycle' for domain 'a': b': Started Booted"),
    ).toEqual({
      time: new Date('2026-11-21T15:39:28.530Z'),
      kind: 'lifecycle',
      name: "a': b",
      detail: 'Started Booted',
    });
    // As virsh printed them before 4.7.
    expect(parseEvent("2026-11-21 15:39:28.530+0000: event 'reboot' for domain gpu-01")).toMatchObject({
      ...{ kind: 'reboot', name: 'gpu-01', detail: '' },
    });
  });

  it.each(['', 'events received: 4', '\tjob: 3', "event 'lifecycle' for domain 'x': Started Booted"])(
    'leave out what is none: %j',
    (text) => {
      expect(parseEvent(text)).toBeUndefined();
    },
  );

  // Words of libvirt's tools/virsh-domain-event.c.
  it.each<[string, object[]]>([
    ["'lifecycle' for domain 'x': Defined Added", [{ event: 'created' }]],
    ["'lifecycle' for domain 'x': Defined Updated", []],
    ["'lifecycle' for domain 'x': Undefined Removed", [{ event: 'deleted' }]],
    ["'lifecycle' for domain 'x': Undefined Renamed", []],
    ["'lifecycle' for domain 'x': Started Restored", [{ event: 'power_on' }]],
    ["'lifecycle' for domain 'x': Started Migrated", [{ event: 'status_change', state: 'on' }]],
    ["'lifecycle' for domain 'x': Stopped Shutdown", [{ event: 'power_off' }]],
    ["'lifecycle' for domain 'x': Stopped Migrated", [{ event: 'status_change', state: 'off' }]],
    ["'lifecycle' for domain 'x': Stopped Crashed", [{ event: 'error' }, { event: 'power_off' }]],
    ["'lifecycle' for domain 'x': Suspended I/O Error", [{ event: 'error' }, { state: 'paused' }]],
    ["'lifecycle' for domain 'x': Shutdown Finished", [{ event: 'status_change' }]],
    ["'lifecycle' for domain 'x': PMSuspended Memory", [{ event: 'status_change', state: 'paused' }]],
    ["'lifecycle' for domain 'x': Crashed Panicked", [{ event: 'error', state: 'paused' }]],
    ["'lifecycle' for domain 'x': Something New", []],
    ["'reboot' for domain 'x'", [{ event: 'reset' }]],
    ["'watchdog' for domain 'x': reset", [{ event: 'error' }]],
    ["'io-error-reason' for domain 'x': /a.img (vda) pause due to enospc", [{ event: 'error' }]],
    ["'control-error' for domain 'x'", [{ event: 'error' }]],
    ["'rtc-change' for domain 'x': 3600", []],
  ])('mean something: %s', (text, told) => {
    expect(meaning(`event ${text}`)).toMatchObject(told);
    expect(meaning(`event ${text}`)).toHaveLength(told.length);
  });
});

realDescribe(`a URI that has libvirt run a program${needs}`, () => {
  it.each(['mode=legacy;command=', 'command=', 'mode=legacy&%63ommand=', 'COMMAND='])(
    'is not given to virsh: %s',
    async (query) => {
      using folder = temporaryFolder();
      const evil = folder.write('evil', `#!/bin/sh\ntouch ${folder.path}/ran\n`);
      chmodSync(evil, 0o700);
      const hasRun = (): boolean => existsSync(`${folder.path}/ran`);
      const uri = `qemu+ssh://127.0.0.1/system?${query}${evil}`;
      const lookup = () => Promise.resolve([]);
      const failure = await failureOf(virsh({ settings: { uri, timeout: 15 }, lookup }, 'uri'));
      expect(hasRun()).toBe(false);
      expect(failure).toBeInstanceOf(PermanentError);
      expect(failure.message).toContain('the connection URI must not have');
      // That is what it would have done.
      const env = { PATH: process.env['PATH'] ?? '' };
      await runProgram({ file: 'virsh', args: ['-c', uri, 'uri'], env }, { timeoutMs: 15_000 });
      expect(hasRun()).toBe(true);
    },
  );
});

it.each([
  ['running', 'on'],
  ['idle', 'on'],
  ['in shutdown', 'on'],
  ['paused', 'paused'],
  ['pmsuspended', 'paused'],
  ['crashed', 'paused'],
  ['shut off', 'off'],
  ['no state', 'unknown'],
])('what libvirt calls %s is %s', (words, state) => {
  expect(powerState(words)).toBe(state);
});

describe('a connection URI', () => {
  const problem = (uri: string) =>
    libvirtSettings
      .safeParse({ uri })
      .error?.issues.map(({ message }) => message)
      .join();

  it.each([
    ['qemu:///system', undefined],
    ['qemu+unix:///system?socket=/run/libvirt/virtqemud-sock', undefined],
    ['test:///default', undefined],
    ['qemu+ssh://root@host-1.example.com/system', { host: 'host-1.example.com', port: 22 }],
    ['qemu+ssh://host-1:2222/system?keyfile=/etc/key&no_tty=1', { host: 'host-1', port: 2222 }],
    ['qemu+tls://[fd00::7]/system', { host: 'fd00::7', port: 16_514 }],
    ['qemu://host-1/system', { host: 'host-1', port: 16_514 }],
    ['qemu+tcp://10.0.0.7/system', { host: '10.0.0.7', port: 16_509 }],
    ['xen+libssh2://LAB%5Cops@host-1/?proxy=netcat&mode=direct', { host: 'host-1', port: 22 }],
    ['lxc:///', undefined],
  ])('%s is fine', (uri, place) => {
    expect(problem(uri)).toBeUndefined();
    expect(readUri(uri)).toEqual({ uri, place });
  });

  it('is written anew, without what libvirt could read in another way', () => {
    expect(readUri('qemu+ssh://%6de@host/system?&keyfile=%2Fetc%2fkey&no_tty=0&no_tty=1&')).toMatchObject({
      uri: 'qemu+ssh://me@host/system?keyfile=/etc/key&no_tty=1',
    });
  });

  it.each([
    ['', 'must be a connection URI'],
    ['system', 'must be a connection URI'],
    ['-c', 'must be a connection URI'],
    ['qemu:///system\n', 'must be a connection URI'],
    ['qemu+ext:///system?command=/tmp/x', 'must not use the transport "ext"'],
    ['qemu+ssh://host/system?command=/tmp/x', 'must not have the parameter "command"'],
    ['qemu+ssh://host/system?netcat=/tmp/x', 'must not have the parameter "netcat"'],
    ['qemu+ssh://-oProxyCommand=x/system', 'must not have a user or host that begins with "-"'],
    ['qemu+ssh://%2doX@host/system', 'must not have a user or host that begins with "-"'],
    ['qemu+tls://me:secret@host/system', 'must have no password in it'],
    ['qemu+unix://host/system', 'must name no host'],
    // libvirt would take this machine.
    ['qemu+tcp:///system', 'must name a host'],
    ['qemu+ssh://%zz@h/system', 'must be a connection URI'],
    ['qemu+ssh://h:70000/system', 'must be a connection URI'],
    ['qemu+ssh://a%3bb@h/system', 'must have a user of letters'],
    ['qemu+ssh://a%3ab@h/system', 'must have no password in it'],
    ['qemu+ssh://h%20-oX/system', 'must have the name of a host'],
    ['qemu+ssh://[fe80::1%25-oX]/system', 'must have the name of a host'],
    ['qemu+ssh://h/system?mode=legacy;command=/tmp/x', 'must not have ";"'],
    ['qemu+ssh://h/system?mode=legacy;netcat=/tmp/x', 'must not have ";"'],
    ['qemu+ssh://h/system?mode=legacy%3Bcommand=/tmp/x', 'must not have the value'],
    ['qemu+ssh://h/system?mode=legacy%26command=/tmp/x', 'must not have the value'],
    ['qemu+ssh://h/system?socket=/a%26command%3D/tmp/x', 'must not have the value'],
    ['qemu+ssh://h/system?socket=/a%zz', 'must not have the value'],
    ['qemu+ssh://h/system?%63ommand=/tmp/x', 'must not have the parameter'],
    ['qemu+ssh://h/system?Command=/tmp/x', 'must not have the parameter'],
    ['qemu+ssh://h/system?=/tmp/x', 'must not have the parameter ""'],
    ['qemu+ssh://h/system?constructor=x', 'must not have the parameter'],
    ['qemu+unix:///system?name=test:///etc/passwd', 'must not have the parameter "name"'],
    ['qemu+ssh://h/system?keyfile=-oProxyCommand', 'must not have the value'],
    ['qemu+ssh://h/system?proxy=http://127.0.0.1:80', 'must not have the value'],
    ['qemu+ssh://h/system#?command=/tmp/x', 'must be a connection URI'],
    ['qemu:///embed?root=/tmp', 'must have the path /system or /session'],
    ['test:///etc/passwd', 'but as test:///default'],
    ['test:///default/../../etc/passwd', 'but as test:///default'],
    ['test+tcp://h/default', 'but as test:///default'],
    ['esx://h/?proxy=http://127.0.0.1:80', 'must not use the scheme "esx", only qemu, xen'],
    ['vpx://h/dc/host', 'must not use the scheme "vpx"'],
    ['vmwareplayer:///session', 'must not use the scheme'],
  ])('%j is refused', (uri, message) => {
    expect(problem(uri)).toContain(message);
  });

  it('is reached only where the egress policy allows it', async () => {
    await using started = await startWith('qemu+tcp://unresolvable.invalid/system');
    const driver = started.extension(powerDriver, 'libvirt');
    const failure = await failureOf(driver.state(vmNamed('gpu-01')));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toContain('unresolvable.invalid');
  });
});
