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
import { freePort } from '../../test/support/servers.ts';
import { startVergeos, type VergeosOptions } from '../../test/support/vergeos-system.ts';
import plugin from './index.ts';
import { vergeosSettings } from './settings.ts';

const apiKey = 'canary-7f3a-apikey';

interface Connection {
  readonly url: string;
  readonly apiKey?: string;
  readonly allowInsecureCertificates?: boolean;
  readonly timeout?: number;
}

/** Calls the driver with one connection, `vergeos/lab`. */
async function withDriver<T>(
  connection: Connection,
  use: (driver: PowerDriver) => Promise<T>,
  logger?: Logger,
): Promise<T> {
  await using started = await startPlugin(plugin, {
    objects: [{ type: 'vergeos', key: 'lab', settings: { apiKey, ...connection } }],
    ...(logger && { logger }),
  });
  return await use(started.extension(powerDriver, 'vergeos'));
}

const never = new AbortController().signal;

function power(connection: Connection, action: PowerAction, target: DriverTarget): Promise<unknown> {
  return withDriver(connection, (driver) => driver.power(action, target, never));
}

function stateOf(connection: Connection, target: DriverTarget): Promise<string> {
  return withDriver(connection, (driver) => driver.state(target, never));
}

const lab = {
  apiKey,
  vms: {
    42: { name: 'gpu-01', running: false },
    43: { name: 'gpu-02', running: true },
    44: { name: 'gpu-02', running: false, is_snapshot: true },
    45: { name: "jo's vm", running: true },
    46: { name: 'twin', running: true },
    47: { name: 'twin', running: true },
  },
  tenants: { 7: { name: 'acme', running: true } },
};
const startLab = (options: Partial<VergeosOptions> = {}) =>
  startVergeos({ ...structuredClone(lab), ...options });

/** A system that answers everything in the same way. */
const answering = (status: number, body: unknown = {}) => startLab({ instead: () => ({ status, body }) });

describe('an action', () => {
  // "VM Power Management API": method, path, headers and body of each, 201 when it is initiated.
  it.each<[PowerAction, string]>([
    ['power_on', 'poweron'],
    ['power_off', 'poweroff'],
    ['kill', 'kill'],
    ['reset', 'reset'],
  ])('%s is posted to vm_actions as %s', async (action, word) => {
    const id = action === 'power_on' ? '42' : '43';
    await using system = await startLab();
    const result = await power({ url: system.url }, action, vmNamed(id));
    expect(result).toEqual({ key: Number(id), action: word, status: 201 });
    expect(system.requests).toHaveLength(1);
    const [request] = system.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/api/v4/vm_actions' });
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({ vm: id, action: word });
  });

  it('finds the key of a VM by its name, snapshots left out', async () => {
    await using system = await startLab();
    await power({ url: system.url }, 'kill', vmNamed('gpu-02'));
    const [lookup, action] = system.requests;
    const url = new URL(lookup?.path ?? '', system.url);
    expect(url.pathname).toBe('/api/v4/vms');
    // "API Guide": fields, filter with eq and and, limit; pyVergeOS: fields of joined tables.
    expect(Object.fromEntries(url.searchParams)).toEqual({
      fields: '$key,name,machine#status#running as running',
      filter: "name eq 'gpu-02' and is_snapshot eq false",
      limit: '2',
    });
    expect(JSON.parse(action?.body ?? '')).toEqual({ vm: '43', action: 'kill' });
    expect(system.vms[43]?.running).toBe(false);
  });

  it('takes a name with a quote in it', async () => {
    await using system = await startLab();
    expect(await power({ url: system.url }, 'kill', vmNamed("jo's vm"))).toMatchObject({ key: 45 });
  });

  it('does nothing when a name means no VM, or several', async () => {
    await using system = await startLab();
    const nobody = await failureOf(power({ url: system.url }, 'kill', vmNamed('gpu-99')));
    expect(nobody).toBeInstanceOf(PermanentError);
    expect(nobody.message).toBe('there is no VM called "gpu-99"');
    const several = await failureOf(power({ url: system.url }, 'kill', vmNamed('twin')));
    expect(several).toBeInstanceOf(PermanentError);
    expect(several.message).toBe('several VMs are called "twin": give the key instead');
    expect(system.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  // 409 Conflict: "VM already running, VM not running".
  it.each<[PowerAction, string]>([
    ['power_on', '43'],
    ['power_off', '42'],
    ['kill', '42'],
  ])('%s succeeds when the VM is already as it should be', async (action, id) => {
    await using system = await startLab();
    const result = await power({ url: system.url }, action, vmNamed(id));
    expect(result).toMatchObject({ status: 409, note: expect.stringContaining('running state') });
  });

  it('reset fails when the VM is off', async () => {
    await using system = await startLab();
    const error = await failureOf(power({ url: system.url }, 'reset', vmNamed('42')));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe(
      `HTTP 409 from 127.0.0.1:${system.port}: Cannot reset VM: not in running state`,
    );
  });

  it('switches tenants, but kills none', async () => {
    await using system = await startLab();
    const tenant = vmNamed('acme', { type: 'tenant' });
    await power({ url: system.url }, 'power_off', tenant);
    expect(system.requests[1]).toMatchObject({ method: 'POST', path: '/api/v4/tenant_actions' });
    expect(JSON.parse(system.requests[1]?.body ?? '')).toEqual({ tenant: 7, action: 'poweroff' });
    expect(system.tenants[7]?.running).toBe(false);
    const error = await failureOf(power({ url: system.url }, 'kill', tenant));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe('VergeOS cannot kill a tenant');
  });

  it('needs a connection that is there', async () => {
    await using system = await startLab();
    const error = await failureOf(
      power({ url: system.url }, 'kill', vmNamed('43', { connection: 'nowhere' })),
    );
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe('there is no vergeos/nowhere, or it is switched off');
  });
});

describe('an action that is refused', () => {
  it.each([
    [401, 'the API key is not accepted'],
    [403, 'the user of the API key lacks the permission'],
    [404, 'there is no VM with the key 43'],
    [422, 'HTTP 422 from'],
  ])('with %i fails for good and says what to do', async (status, words) => {
    await using system = await answering(status, { err: 'Permission denied' });
    const error = await failureOf(power({ url: system.url }, 'kill', vmNamed('43')));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(words);
    expect(error.message).toContain('Permission denied');
  });

  // 507: "Not enough cluster resources"; "API Guide": rate limits.
  it.each([429, 503, 507])('with %i has not begun, and is tried again', async (status) => {
    await using system = await answering(status, { error: 'Insufficient cluster resources to start VM' });
    const error = await failureOf(power({ url: system.url }, 'power_on', vmNamed('42')));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain('Insufficient cluster resources');
  });
});

describe('the outcome of an action is unknown', () => {
  // 408: "Power operation timeout".
  it.each([408, 500, 502, 504])('after %i', async (status) => {
    await using system = await answering(status);
    expect(await failureOf(power({ url: system.url }, 'kill', vmNamed('43')))).toBeInstanceOf(
      UnknownOutcomeError,
    );
  });

  it('when the connection is cut', async () => {
    await using system = await startLab({
      instead: (_request, response) => {
        response.destroy();
        return 'done';
      },
    });
    expect(await failureOf(power({ url: system.url }, 'reset', vmNamed('43')))).toBeInstanceOf(
      UnknownOutcomeError,
    );
  });

  it('when no answer comes', async () => {
    const abort = new AbortController();
    await using system = await startLab({
      instead: () => {
        abort.abort();
        return 'done';
      },
    });
    const error = await withDriver({ url: system.url }, (driver) =>
      failureOf(driver.power('reset', vmNamed('43'), abort.signal)),
    );
    expect(error).toBeInstanceOf(UnknownOutcomeError);
  });
});

describe('nothing has happened, and it is tried again', () => {
  it('when nobody listens', async () => {
    const error = await failureOf(
      power({ url: `http://127.0.0.1:${await freePort()}` }, 'kill', vmNamed('43')),
    );
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).not.toBeInstanceOf(NoAnswerError);
  });

  it.each([408, 429, 500, 503])('when the VM cannot be looked up (%i)', async (status) => {
    await using system = await answering(status);
    const error = await failureOf(power({ url: system.url }, 'kill', vmNamed('gpu-02')));
    expect(error).toBeInstanceOf(RetryableError);
    expect(system.requests.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('the state', () => {
  it('is read from the status of the machine', async () => {
    await using system = await startLab();
    expect(await stateOf({ url: system.url }, vmNamed('43'))).toBe('on');
    expect(await stateOf({ url: system.url }, vmNamed('gpu-01'))).toBe('off');
    expect(await stateOf({ url: system.url }, vmNamed('acme', { type: 'tenant' }))).toBe('on');
    const url = new URL(system.requests[0]?.path ?? '', system.url);
    expect(url.pathname).toBe('/api/v4/vms/43');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      fields: '$key,name,machine#status#running as running',
    });
  });

  it('is unknown where the system does not tell', async () => {
    await using system = await answering(200, { $key: 43, name: 'gpu-02', running: null });
    expect(await stateOf({ url: system.url }, vmNamed('43'))).toBe('unknown');
  });

  it('cannot be read of a VM that is not there', async () => {
    await using system = await startLab();
    const error = await failureOf(stateOf({ url: system.url }, vmNamed('99')));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('there is no VM with the key 99');
  });

  it.each([
    ['something else', { hello: 'world' }],
    ['a page', undefined],
  ])('cannot be read from a server that answers with %s', async (_what, body) => {
    await using system = await answering(200, body);
    const error = await failureOf(stateOf({ url: system.url }, vmNamed('43')));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(`127.0.0.1:${system.port} did not answer as VergeOS does`);
  });
});

describe('discovery', () => {
  it('lists VMs and tenants, snapshots left out', async () => {
    await using system = await startLab();
    const found = await withDriver({ url: system.url }, (driver) => driver.discover!());
    expect(found).toHaveLength(6);
    expect(found).toContainEqual({
      type: 'vm',
      connection: 'lab',
      id: '43',
      name: 'gpu-02',
      state: 'on',
    });
    expect(found).toContainEqual({
      type: 'tenant',
      connection: 'lab',
      id: '7',
      name: 'acme',
      state: 'on',
    });
  });

  it('reads long lists', async () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => [n + 1, { name: `vm-${n}`, running: true }]);
    await using system = await startLab({ vms: Object.fromEntries(rows) });
    const found = await withDriver({ url: system.url }, (driver) => driver.discover!());
    expect(found).toHaveLength(3_001);
  });

  it('lists the VMs where the key may not see the tenants', async () => {
    await using system = await startLab({
      instead: ({ path }) =>
        path.startsWith('/api/v4/tenants') ? { status: 403, body: { err: 'Permission denied' } } : undefined,
    });
    const found = await withDriver({ url: system.url }, (driver) => driver.discover!());
    expect(found.map(({ type }) => type)).toEqual(Array(5).fill('vm'));
  });

  it('leaves out a system that does not answer', async () => {
    await using system = await startLab();
    const { logger, lines } = keptLog();
    await using started = await startPlugin(plugin, {
      logger,
      objects: [
        { type: 'vergeos', key: 'away', settings: { apiKey, url: `http://127.0.0.1:${await freePort()}` } },
        { type: 'vergeos', key: 'lab', settings: { apiKey, url: system.url } },
      ],
    });
    const found = await started.extension(powerDriver, 'vergeos').discover!();
    expect(found.map(({ connection }) => connection)).toEqual(Array(6).fill('lab'));
    expect(lines.join('\n')).toContain('vergeos/away');
  });
});

describe('the test of a connection', () => {
  const test = async (connection: Connection) => {
    await using started = await startPlugin(plugin);
    return await started.runTest('vergeos', { object: { settings: { apiKey, ...connection } } });
  };

  it('tells product, version and name of the system', async () => {
    await using system = await startLab();
    const { result } = await test({ url: system.url });
    expect(result).toEqual({ product: 'VergeOS', version: '26.0.3', cloud: 'lab' });
    expect(system.requests[0]).toMatchObject({
      method: 'GET',
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const url = new URL(system.requests[0]?.path ?? '', system.url);
    expect(url.pathname).toBe('/api/v4/system');
    expect(url.searchParams.get('fields')).toBe('$key,yb_version,os_version,cloud_name');
  });

  it('takes a list with one row, too', async () => {
    await using system = await answering(200, [{ yb_version: '4.13.2' }]);
    expect((await test({ url: system.url })).result).toEqual({ product: 'VergeOS', version: '4.13.2' });
  });

  it('says so when the key is wrong', async () => {
    await using system = await startLab();
    const error = await failureOf(test({ url: system.url, apiKey: 'another' }));
    expect(error.message).toContain('the API key is not accepted; has it expired or been deleted');
  });

  it('trusts no self-signed certificate unless it is told to', async () => {
    await using system = await startLab({ tls: true });
    expect((await failureOf(test({ url: system.url }))).message).toContain('is not trusted (self-signed)');
    expect(system.requests).toHaveLength(0);
    const { result } = await test({ url: system.url, allowInsecureCertificates: true });
    expect(result).toMatchObject({ product: 'VergeOS' });
  });
});

it('tells the key to nobody', async () => {
  const { logger, lines } = keptLog();
  const told: unknown[] = [lines];
  for (const status of [200, 201, 401, 403, 404, 409, 429, 500]) {
    await using system = await answering(status, []);
    await withDriver(
      { url: system.url },
      async (driver) => {
        for (const action of powerActions)
          told.push(await driver.power(action, vmNamed('1'), never).catch(String));
        told.push(await driver.state(vmNamed('1')).catch(String));
        told.push(await driver.discover!());
      },
      logger,
    );
  }
  expect(told.length).toBeGreaterThan(40);
  expect(JSON.stringify(told)).not.toContain('canary');
});

describe('settings', () => {
  const problems = (settings: object): string[] =>
    vergeosSettings
      .safeParse({ url: 'https://vergeos.example.com', apiKey, ...settings })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

  it('may be as few as a URL and a key', () => {
    expect(vergeosSettings.parse({ url: 'https://vergeos.example.com/', apiKey })).toEqual({
      url: 'https://vergeos.example.com/',
      apiKey,
      allowInsecureCertificates: false,
      timeout: 10,
    });
  });

  it.each([
    ['ftp://vergeos.example.com', 'must be an http:// or https:// URL'],
    ['https://vergeos.example.com/api/v4', 'must be scheme and host only'],
    ['https://me:pw@vergeos.example.com', 'must be scheme and host only'],
    ['https://vergeos.example.com?x', 'must be scheme and host only'],
  ])('refuse the URL %s', (url, problem) => {
    expect(problems({ url }).join()).toContain(`url: ${problem}`);
  });

  it.each(['', 'Bearer abc', 'two\nlines', 'ключ'])('refuse the key %j', (key) => {
    expect(problems({ apiKey: key }).join()).toContain('apiKey: must be the key alone');
  });

  it('refuse what they do not know', () => {
    expect(problems({ token: 'x' })).toHaveLength(1);
  });
});
