import { describe, expect, it } from '@jest/globals';
import {
  NoAnswerError,
  PermanentError,
  powerDriver,
  RetryableError,
  UnknownOutcomeError,
  type DriverTarget,
  type Logger,
  type PowerAction,
  type PowerDriver,
} from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import { failureOf, keptLog, powerActions, vmNamed } from '../../test/support/power-driver.ts';
import { failed, startProxmox, type ProxmoxOptions } from '../../test/support/proxmox-cluster.ts';
import { freePort, type ReceivedRequest } from '../../test/support/servers.ts';
import plugin from './index.ts';
import { proxmoxSettings } from './settings.ts';

const tokenId = 'signalbox@pve!power';
const tokenSecret = 'ca0a4b1e-0000-4000-8000-00000ca4a51e';

interface Connection {
  readonly url: string;
  readonly tokenSecret?: string;
  readonly allowInsecureCertificates?: boolean;
}

/** Calls the driver with one connection, `proxmox/lab`. */
async function withDriver<T>(
  connection: Connection,
  use: (driver: PowerDriver) => Promise<T>,
  logger?: Logger,
): Promise<T> {
  await using started = await startPlugin(plugin, {
    objects: [{ type: 'proxmox', key: 'lab', settings: { tokenId, tokenSecret, ...connection } }],
    ...(logger && { logger }),
  });
  return await use(started.extension(powerDriver, 'proxmox'));
}

const never = new AbortController().signal;

function power(connection: Connection, action: PowerAction, target: DriverTarget): Promise<unknown> {
  return withDriver(connection, (driver) => driver.power(action, target, never));
}

function stateOf(connection: Connection, target: DriverTarget): Promise<string> {
  return withDriver(connection, (driver) => driver.state(target, never));
}

const guests = {
  100: { type: 'qemu', node: 'pve1', name: 'gpu-01', status: 'stopped' },
  101: { type: 'qemu', node: 'pve2', name: 'gpu-02', status: 'running' },
  102: { type: 'lxc', node: 'pve1', name: 'web', status: 'running' },
  103: { type: 'lxc', node: 'pve1', name: 'db', status: 'stopped' },
  104: { type: 'qemu', node: 'pve1', name: 'frozen', status: 'running', qmpstatus: 'paused' },
  105: { type: 'qemu', node: 'pve1', name: 'debian', status: 'stopped', template: 1 },
  106: { type: 'qemu', node: 'pve1', name: 'twin', status: 'stopped' },
  107: { type: 'lxc', node: 'pve1', name: 'twin', status: 'stopped' },
} as const;

const startLab = (options: Partial<ProxmoxOptions> = {}) =>
  startProxmox({ token: `${tokenId}=${tokenSecret}`, guests: structuredClone(guests), ...options });

/** A cluster whose VM 101 has tasks that end with this. */
const endingWith = (exit: string) => startLab({ guests: { 101: { ...guests[101], exit } } });

/** A cluster that answers all POSTs in this way. */
const refusing = (instead: NonNullable<ProxmoxOptions['instead']>) =>
  startLab({
    instead: (request, response) => (request.method === 'POST' ? instead(request, response) : undefined),
  });

const calls = (requests: readonly ReceivedRequest[]): string[] =>
  requests.map(({ method, path }) => `${method} ${path}`);

describe('an action', () => {
  // API viewer: POST /nodes/{node}/qemu/{vmid}/status/start, shutdown, stop, reset; they return the UPID of a task,
  // GET /nodes/{node}/tasks/{upid}/status tells its status, and its exitstatus once it has stopped.
  it.each<[PowerAction, number, string]>([
    ['power_on', 100, 'start'],
    ['power_off', 101, 'shutdown'],
    ['kill', 101, 'stop'],
    ['reset', 101, 'reset'],
  ])('%s of VM %i is the call %s, and its task is waited for', async (action, vmid, call) => {
    await using cluster = await startLab();
    const { node } = guests[vmid as 100 | 101];
    const result = await power({ url: cluster.url }, action, vmNamed(String(vmid)));
    const upid = `UPID:${node}:00000001:0001C3D4:66F0E1A2:qm${call}:${vmid}:${tokenId}:`;
    expect(result).toEqual({ guest: `qemu/${vmid}`, node, task: upid, exit: 'OK' });
    const poll = `GET /api2/json/nodes/${node}/tasks/${encodeURIComponent(upid)}/status`;
    expect(calls(cluster.requests)).toEqual([
      'GET /api2/json/cluster/resources?type=vm',
      `POST /api2/json/nodes/${node}/qemu/${vmid}/status/${call}`,
      poll,
      poll,
    ]);
    // "API Tokens": the header; no ticket, so no CSRFPreventionToken.
    for (const { headers, body } of cluster.requests) {
      expect(headers['authorization']).toBe(`PVEAPIToken=${tokenId}=${tokenSecret}`);
      expect(headers).not.toHaveProperty('content-type');
      expect(body).toBe('');
    }
  });

  it.each<[PowerAction, number, readonly string[]]>([
    ['power_on', 103, ['start']],
    ['power_off', 102, ['shutdown']],
    ['kill', 102, ['stop']],
    // Containers have no reset.
    ['reset', 102, ['stop', 'start']],
  ])('%s of container %i is %j', async (action, vmid, expected) => {
    await using cluster = await startLab();
    await power({ url: cluster.url }, action, vmNamed(String(vmid)));
    expect(calls(cluster.requests).filter((call) => call.startsWith('POST'))).toEqual(
      expected.map((call) => `POST /api2/json/nodes/pve1/lxc/${vmid}/status/${call}`),
    );
  });

  it.each(['101', 'pve1/101', 'qemu/101', 'pve1/qemu/101', 'gpu-02'])(
    'finds the node of a VM named as %s, wherever it has migrated to',
    async (id) => {
      await using cluster = await startLab();
      const result = await power({ url: cluster.url }, 'kill', vmNamed(id));
      expect(result).toMatchObject({ guest: 'qemu/101', node: 'pve2' });
      expect(cluster.guests[101]?.status).toBe('stopped');
    },
  );

  it.each([
    ['999', 'there is no VM or container with the number 999, or the API token may not see it (VM.Audit)'],
    ['gpu-99', 'there is no VM or container called "gpu-99", or the API token may not see it (VM.Audit)'],
    ['twin', 'several guests are called "twin": give the number instead'],
  ])('does nothing to %s', async (id, problem) => {
    await using cluster = await startLab();
    const error = await failureOf(power({ url: cluster.url }, 'kill', vmNamed(id)));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe(problem);
    expect(cluster.requests).toHaveLength(1);
  });

  it.each<[PowerAction, number, string]>([
    ['power_on', 101, 'VM 101 already running'],
    ['power_on', 102, 'HTTP 500 from 127.0.0.1:PORT: CT 102 already running'],
    ['power_off', 103, 'HTTP 500 from 127.0.0.1:PORT: CT 103 not running'],
    ['kill', 103, 'HTTP 500 from 127.0.0.1:PORT: CT 103 not running'],
  ])('%s succeeds when guest %i is already as it should be', async (action, vmid, note) => {
    await using cluster = await startLab();
    const result = await power({ url: cluster.url }, action, vmNamed(String(vmid)));
    expect(result).toMatchObject({ note: note.replace('PORT', String(cluster.port)) });
  });

  it.each([100, 103])('reset fails when guest %i is off', async (vmid) => {
    await using cluster = await startLab();
    const error = await failureOf(power({ url: cluster.url }, 'reset', vmNamed(String(vmid))));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(new RegExp(`${vmid} not running$`));
    expect(cluster.guests[vmid]?.status).toBe('stopped');
  });

  it('needs a connection that is there, and a VM', async () => {
    await using cluster = await startLab();
    const nowhere = vmNamed('101', { connection: 'nowhere' });
    const error = await failureOf(power({ url: cluster.url }, 'kill', nowhere));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe('there is no proxmox/nowhere, or it is switched off');
    const tenant = vmNamed('101', { type: 'tenant' });
    expect((await failureOf(power({ url: cluster.url }, 'kill', tenant))).message).toBe(
      'Proxmox VE cannot switch a tenant: only VMs and containers',
    );
  });
});

describe('the end of a task', () => {
  it('with warnings is a success', async () => {
    await using cluster = await endingWith('WARNINGS: 2');
    const result = await power({ url: cluster.url }, 'power_off', vmNamed('101'));
    expect(result).toMatchObject({ exit: 'WARNINGS: 2' });
  });

  it('with an error fails for good', async () => {
    await using cluster = await endingWith('VM quit/powerdown failed - got timeout');
    const error = await failureOf(power({ url: cluster.url }, 'power_off', vmNamed('101')));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe('shutdown of qemu/101 on pve2 failed: VM quit/powerdown failed - got timeout');
  });

  it.each(['VM is locked (backup)', "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout"])(
    '%j means that nothing was done: it is tried again',
    async (exit) => {
      await using cluster = await endingWith(exit);
      const error = await failureOf(power({ url: cluster.url }, 'power_off', vmNamed('101')));
      expect(error).toBeInstanceOf(RetryableError);
    },
  );

  it.each(['unexpected status', 'unable to get last line from task log - no such file'])(
    '%j leaves the outcome open',
    async (exit) => {
      await using cluster = await endingWith(exit);
      expect(await failureOf(power({ url: cluster.url }, 'reset', vmNamed('101')))).toBeInstanceOf(
        UnknownOutcomeError,
      );
    },
  );

  it('is waited for although the node cannot be asked for a while', async () => {
    let asked = 0;
    await using cluster = await startLab({
      instead: ({ path }) =>
        path.includes('/tasks/') && (asked += 1) < 3 ? failed(595, 'No route to host') : undefined,
    });
    expect(await power({ url: cluster.url }, 'kill', vmNamed('101'))).toMatchObject({ exit: 'OK' });
    expect(asked).toBeGreaterThan(3);
  });

  it('is unknown when the token may no longer ask for it', async () => {
    await using cluster = await startLab({
      instead: ({ path }) => (path.includes('/tasks/') ? failed(401, 'No ticket') : undefined),
    });
    const error = await failureOf(power({ url: cluster.url }, 'kill', vmNamed('101')));
    expect(error).toBeInstanceOf(UnknownOutcomeError);
    expect(error.message).toContain('what became of the task UPID:pve2:');
  });

  it('is unknown when the time is up before', async () => {
    const abort = new AbortController();
    await using cluster = await startLab({
      polls: Infinity,
      instead: ({ path }) => {
        if (path.includes('/tasks/')) abort.abort();
        return undefined;
      },
    });
    const error = await withDriver({ url: cluster.url }, (driver) =>
      failureOf(driver.power('kill', vmNamed('101'), abort.signal)),
    );
    expect(error).toBeInstanceOf(UnknownOutcomeError);
  });

  it('tells when a container was stopped and could not be started again', async () => {
    await using cluster = await refusing(({ path }) =>
      path.endsWith('/start') ? failed(500, 'cluster not ready - no quorum?') : undefined,
    );
    const error = await failureOf(power({ url: cluster.url }, 'reset', vmNamed('102')));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('the container was stopped, but not started again');
    expect(error.message).toContain('no quorum');
  });
});

describe('an action that is refused', () => {
  it.each([
    [401, 'Authentication failed!', 'do its ID and secret fit, is it expired'],
    [403, 'Permission check failed (/vms/101, VM.PowerMgmt)', 'it needs VM.Audit and VM.PowerMgmt'],
    [404, 'Not found', 'Not found'],
    [501, 'not implemented', 'not implemented'],
  ])('with %i fails for good and says what to do', async (status, message, advice) => {
    await using cluster = await refusing(() => failed(status, message));
    const error = await failureOf(power({ url: cluster.url }, 'kill', vmNamed('101')));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(`HTTP ${status} from 127.0.0.1:${cluster.port}: ${message}`);
    expect(error.message).toContain(advice);
  });

  it('with 400 names the parameters', async () => {
    const body = {
      data: null,
      errors: { vmid: 'type check failed\n' },
      message: 'Parameter verification failed.\n',
    };
    await using cluster = await refusing(() => ({ status: 400, body }));
    const error = await failureOf(power({ url: cluster.url }, 'kill', vmNamed('101')));
    expect(error.message).toContain('Parameter verification failed.; vmid: type check failed');
  });

  it.each([
    [500, 'cluster not ready - no quorum?'],
    // It migrated just now; the next attempt finds it elsewhere.
    [500, "Configuration file 'nodes/pve2/qemu-server/101.conf' does not exist"],
    [503, 'Service Unavailable'],
    [595, 'No route to host'],
  ])('with %i, %s, has not begun and is tried again', async (status, message) => {
    await using cluster = await refusing(() => failed(status, message));
    const error = await failureOf(power({ url: cluster.url }, 'kill', vmNamed('101')));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain(message);
  });
});

describe('the outcome of an action is unknown', () => {
  it.each([502, 504, 596, 599])('after %i', async (status) => {
    await using cluster = await refusing(() => ({ status }));
    expect(await failureOf(power({ url: cluster.url }, 'kill', vmNamed('101')))).toBeInstanceOf(
      UnknownOutcomeError,
    );
  });

  it('after an answer without a task', async () => {
    await using cluster = await refusing(() => ({ status: 200, body: { data: null } }));
    expect(await failureOf(power({ url: cluster.url }, 'kill', vmNamed('101')))).toBeInstanceOf(
      UnknownOutcomeError,
    );
  });

  it('when the connection is cut', async () => {
    await using cluster = await refusing((_request, response) => {
      response.destroy();
      return 'done';
    });
    expect(await failureOf(power({ url: cluster.url }, 'reset', vmNamed('101')))).toBeInstanceOf(
      UnknownOutcomeError,
    );
  });

  it('when no answer comes', async () => {
    const abort = new AbortController();
    await using cluster = await refusing(() => {
      abort.abort();
      return 'done';
    });
    const error = await withDriver({ url: cluster.url }, (driver) =>
      failureOf(driver.power('reset', vmNamed('101'), abort.signal)),
    );
    expect(error).toBeInstanceOf(UnknownOutcomeError);
  });
});

describe('nothing has happened, and it is tried again', () => {
  it('when nobody listens', async () => {
    const error = await failureOf(
      power({ url: `http://127.0.0.1:${await freePort()}` }, 'kill', vmNamed('101')),
    );
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).not.toBeInstanceOf(NoAnswerError);
  });

  it.each([500, 503, 595, 596])('when the guests cannot be listed (%i)', async (status) => {
    await using cluster = await startLab({ instead: () => ({ status }) });
    const error = await failureOf(power({ url: cluster.url }, 'kill', vmNamed('101')));
    expect(error).toBeInstanceOf(RetryableError);
    expect(cluster.requests).toHaveLength(1);
  });
});

describe('the state', () => {
  it.each([
    ['100', 'off'],
    ['101', 'on'],
    ['102', 'on'],
    ['103', 'off'],
    ['104', 'paused'],
  ])('of guest %s is %s', async (id, state) => {
    await using cluster = await startLab();
    expect(await stateOf({ url: cluster.url }, vmNamed(id))).toBe(state);
    const { node, type } = guests[Number(id) as keyof typeof guests];
    // Asked of the node: the list is some seconds old.
    expect(calls(cluster.requests)[1]).toBe(`GET /api2/json/nodes/${node}/${type}/${id}/status/current`);
  });

  it.each([
    ['something else', { hello: 'world' }],
    ['a page', undefined],
  ])('cannot be read from a server that answers with %s', async (_what, body) => {
    await using cluster = await startLab({ instead: () => ({ status: 200, body }) });
    const error = await failureOf(stateOf({ url: cluster.url }, vmNamed('101')));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(`127.0.0.1:${cluster.port} did not answer as Proxmox VE does`);
  });
});

describe('discovery', () => {
  it('lists VMs and containers of all nodes, templates left out', async () => {
    await using cluster = await startLab();
    const found = await withDriver({ url: cluster.url }, (driver) => driver.discover!());
    expect(found.map(({ name }) => name)).toEqual([
      'gpu-01',
      'gpu-02',
      'web',
      'db',
      'frozen',
      'twin',
      'twin',
    ]);
    expect(found[1]).toEqual({
      type: 'vm',
      connection: 'lab',
      id: '101',
      name: 'gpu-02',
      state: 'on',
      settings: { host: 'pve2' },
    });
  });

  it('knows no state of guests on a node that is away', async () => {
    const row = { id: 'qemu/101', vmid: 101, type: 'qemu', node: 'pve2', status: 'unknown' };
    await using cluster = await startLab({ instead: () => ({ status: 200, body: { data: [row] } }) });
    const found = await withDriver({ url: cluster.url }, (driver) => driver.discover!());
    expect(found).toMatchObject([{ id: '101', name: '101', state: 'unknown' }]);
  });

  it('reads long lists', async () => {
    const many = Array.from({ length: 3_000 }, (_, n) => [n + 100, { ...guests[101], name: `vm-${n}` }]);
    await using cluster = await startLab({ guests: Object.fromEntries(many) });
    const found = await withDriver({ url: cluster.url }, (driver) => driver.discover!());
    expect(found).toHaveLength(3_000);
  });

  it('leaves out a cluster that does not answer', async () => {
    await using cluster = await startLab();
    const { logger, lines } = keptLog();
    const away = `http://127.0.0.1:${await freePort()}`;
    await using started = await startPlugin(plugin, {
      logger,
      objects: [
        { type: 'proxmox', key: 'away', settings: { tokenId, tokenSecret, url: away } },
        { type: 'proxmox', key: 'lab', settings: { tokenId, tokenSecret, url: cluster.url } },
      ],
    });
    const found = await started.extension(powerDriver, 'proxmox').discover!();
    expect(found.map(({ connection }) => connection)).toEqual(Array(7).fill('lab'));
    expect(lines.join('\n')).toContain('proxmox/away');
  });
});

describe('the test of a connection', () => {
  const test = async (connection: Connection) => {
    await using started = await startPlugin(plugin);
    return await started.runTest('proxmox', {
      object: { settings: { tokenId, tokenSecret, ...connection } },
    });
  };

  it('tells product, version and how many guests the token sees', async () => {
    await using cluster = await startLab();
    const { result } = await test({ url: cluster.url });
    expect(result).toEqual({ product: 'Proxmox VE', version: '9.0.11', guests: 8 });
    expect(calls(cluster.requests)).toEqual([
      'GET /api2/json/version',
      'GET /api2/json/cluster/resources?type=vm',
    ]);
  });

  it('says what is missing when the token sees none', async () => {
    await using cluster = await startLab({ guests: {} });
    const { result } = await test({ url: cluster.url });
    expect(result).toMatchObject({ guests: 0, note: expect.stringContaining('VM.Audit') });
  });

  it('says so when the token is wrong', async () => {
    await using cluster = await startLab();
    const error = await failureOf(
      test({ url: cluster.url, tokenSecret: '00000000-0000-4000-8000-000000000000' }),
    );
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('the API token is not accepted');
  });

  it('trusts no self-signed certificate unless it is told to', async () => {
    await using cluster = await startLab({ tls: true });
    expect((await failureOf(test({ url: cluster.url }))).message).toContain('is not trusted (self-signed)');
    expect(cluster.requests).toHaveLength(0);
    const { result } = await test({ url: cluster.url, allowInsecureCertificates: true });
    expect(result).toMatchObject({ product: 'Proxmox VE' });
  });
});

it('tells the secret of the token to nobody', async () => {
  const { logger, lines } = keptLog();
  const told: unknown[] = [lines];
  for (const status of [200, 400, 401, 403, 500, 595, 599]) {
    await using cluster = await refusing(() => ({ status, body: [] }));
    await withDriver(
      { url: cluster.url },
      async (driver) => {
        for (const action of powerActions)
          told.push(await driver.power(action, vmNamed('101'), never).catch(String));
        told.push(await driver.state(vmNamed('999')).catch(String));
        told.push(await driver.discover!());
      },
      logger,
    );
  }
  expect(told.length).toBeGreaterThan(40);
  expect(JSON.stringify(told)).not.toContain(tokenSecret);
});

describe('settings', () => {
  const url = 'https://pve1.example.com:8006';
  const problems = (settings: object): string =>
    proxmoxSettings
      .safeParse({ url, tokenId, tokenSecret, ...settings })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join() ?? '';

  it('may be as few as a URL and a token', () => {
    expect(proxmoxSettings.parse({ url, tokenId, tokenSecret })).toEqual({
      ...{ url, tokenId, tokenSecret },
      ...{ allowInsecureCertificates: false, timeout: 15 },
    });
  });

  it.each([
    ['ftp://pve1.example.com', 'must be an http:// or https:// URL'],
    ['https://pve1.example.com:8006/api2/json', 'must be scheme, host and port only'],
    ['https://me:pw@pve1.example.com:8006', 'must be scheme, host and port only'],
  ])('refuse the URL %s', (other, problem) => {
    expect(problems({ url: other })).toContain(`url: ${problem}`);
  });

  it.each(['power', 'signalbox@pve', `${tokenId}=${tokenSecret}`, 'signalbox!power', 'a b@pve!power'])(
    'refuse the token ID %s',
    (other) => {
      expect(problems({ tokenId: other })).toContain('tokenId: must be USER@REALM!TOKENID');
    },
  );

  it.each(['', 'two words', `${tokenId}=${tokenSecret}`])('refuse the secret %j', (other) => {
    expect(problems({ tokenSecret: other })).toContain('tokenSecret: must be the secret of the token alone');
  });
});
