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
  type z,
} from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import { failureOf, keptLog, powerActions, vmNamed } from '../../test/support/power-driver.ts';
import { failed, startRedfish, type RedfishOptions } from '../../test/support/redfish-service.ts';
import { freePort, type ReceivedRequest } from '../../test/support/servers.ts';
import plugin from './index.ts';
import { redfishSettings } from './settings.ts';

const user = 'signalbox';
const password = 'canary-8c1d:password';
const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

type Connection = Partial<z.input<typeof redfishSettings>> & { readonly url: string };

/** User and password, unless it has a token. */
const settingsOf = (connection: Connection) => ({
  ...(connection.token === undefined && { user, password }),
  ...connection,
});

/** Calls the driver with one connection, `redfish/lab`. */
async function withDriver<T>(
  connection: Connection,
  use: (driver: PowerDriver) => Promise<T>,
  logger?: Logger,
): Promise<T> {
  await using started = await startPlugin(plugin, {
    objects: [{ type: 'redfish', key: 'lab', settings: settingsOf(connection) }],
    ...(logger && { logger }),
  });
  return await use(started.extension(powerDriver, 'redfish'));
}

const never = new AbortController().signal;

function power(connection: Connection, action: PowerAction, target: DriverTarget): Promise<unknown> {
  return withDriver(connection, (driver) => driver.power(action, target, never));
}

function stateOf(connection: Connection, target: DriverTarget): Promise<string> {
  return withDriver(connection, (driver) => driver.state(target, never));
}

/** A VM whose settings name no id. */
const unnamed = vmNamed('gpu-01');

const startLab = (options: Partial<RedfishOptions> = {}) =>
  startRedfish({ user, password, systems: { '1': { PowerState: 'On' } }, ...options });

/** A service that answers all resets in this way. */
const refusing = (instead: NonNullable<RedfishOptions['instead']>, options: Partial<RedfishOptions> = {}) =>
  startLab({
    ...options,
    instead: (request, response) =>
      request.path.endsWith('.Reset') ? instead(request, response) : undefined,
  });

const calls = (requests: readonly ReceivedRequest[]): string[] =>
  requests.map(({ method, path }) => `${method} ${path}`);

/** The only POST to a reset action. */
function resetIn(requests: readonly ReceivedRequest[]): ReceivedRequest {
  const [reset, ...others] = requests.filter(({ path }) => path.endsWith('.Reset'));
  if (!reset || others.length > 0) throw new Error('there is not exactly one reset');
  return reset;
}

describe('an action', () => {
  // DSP0266, "POST (action)": to the target that the resource names, parameters as JSON; ComputerSystem.Reset: ResetType.
  it.each<[PowerAction, string, string]>([
    ['power_on', 'Off', 'On'],
    ['power_off', 'On', 'GracefulShutdown'],
    ['kill', 'On', 'ForceOff'],
    ['reset', 'On', 'ForceRestart'],
  ])('%s of a system that is %s is a reset of the type %s', async (action, PowerState, type) => {
    await using service = await startLab({ systems: { '1': { PowerState } } });
    const result = await power({ url: service.url }, action, unnamed);
    expect(result).toEqual({ system: '1', resetType: type, status: 204 });
    expect(calls(service.requests)).toEqual([
      'GET /redfish/v1/',
      'GET /redfish/v1/Systems',
      'GET /redfish/v1/Systems/1',
      'POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset',
    ]);
    const { body, headers } = resetIn(service.requests);
    expect(JSON.parse(body)).toEqual({ ResetType: type });
    expect(headers).toMatchObject({
      authorization: basic,
      'content-type': 'application/json',
      accept: 'application/json',
      'odata-version': '4.0',
    });
  });

  // ComputerSystem.Reset: "Services should include the @Redfish.AllowableValues annotation"; or an ActionInfo.
  it.each<[PowerAction, string, readonly string[], string]>([
    ['power_on', 'Off', ['ForceOn', 'ForceOff'], 'ForceOn'],
    ['power_off', 'On', ['On', 'ForceOff', 'PushPowerButton'], 'PushPowerButton'],
  ])('%s takes what the service allows', async (action, PowerState, allows, type) => {
    for (const withActionInfo of [false, true]) {
      await using service = await startLab({ systems: { '1': { PowerState, allows, withActionInfo } } });
      expect(await power({ url: service.url }, action, unnamed)).toMatchObject({ resetType: type });
    }
  });

  it.each<[PowerAction, string, string]>([
    ['power_off', 'On', 'allows no GracefulShutdown or PushPowerButton; it allows On, Nmi'],
    // The power button would switch it on.
    ['power_off', 'Off', 'allows no GracefulShutdown; it allows On, Nmi'],
    ['kill', 'On', 'allows no ForceOff; it allows On, Nmi'],
    ['reset', 'On', 'allows no ForceRestart; it allows On, Nmi'],
  ])('%s is not tried where it is not allowed', async (action, PowerState, problem) => {
    await using service = await startLab({ systems: { '1': { PowerState, allows: ['On', 'Nmi'] } } });
    const error = await failureOf(power({ url: service.url }, action, unnamed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe(`system 1 at 127.0.0.1:${service.port} ${problem}`);
    expect(service.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('is not tried on a system that has none', async () => {
    const body = { '@odata.id': '/redfish/v1/Systems/1', Id: '1', Name: 'x', PowerState: 'On' };
    await using service = await startLab({
      instead: ({ path }) => (path === '/redfish/v1/Systems/1' ? { status: 200, body } : undefined),
    });
    const error = await failureOf(power({ url: service.url }, 'kill', unnamed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('cannot be switched by Redfish');
  });

  it.each<[PowerAction, string]>([
    ['power_on', 'On'],
    ['power_off', 'Off'],
    ['kill', 'Off'],
  ])('%s succeeds when the service refuses it because the system is %s', async (action, PowerState) => {
    await using service = await startLab({ systems: { '1': { PowerState } } });
    const result = await power({ url: service.url }, action, unnamed);
    expect(result).toMatchObject({
      status: 409,
      note: expect.stringContaining(`The server is already powered ${PowerState}.`),
    });
  });

  it('reset fails when the system is off', async () => {
    await using service = await startLab({ systems: { '1': { PowerState: 'Off' } } });
    const error = await failureOf(power({ url: service.url }, 'reset', unnamed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('HTTP 409');
  });

  it('looks for a system once', async () => {
    await using service = await startLab();
    await withDriver({ url: service.url }, async (driver) => {
      for (let n = 0; n < 3; n += 1) await driver.state(unnamed, never);
    });
    expect(calls(service.requests).filter((call) => call === 'GET /redfish/v1/Systems')).toHaveLength(1);
    expect(calls(service.requests).filter((call) => call === 'GET /redfish/v1/Systems/1')).toHaveLength(3);
  });

  it('needs a connection that is there', async () => {
    await using service = await startLab();
    const nowhere = vmNamed('1', { connection: 'nowhere' });
    const error = await failureOf(power({ url: service.url }, 'kill', nowhere));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe('there is no redfish/nowhere, or it is switched off');
  });
});

describe('the system that is meant', () => {
  const systems = { A1: { PowerState: 'On' }, B2: { PowerState: 'Off' }, 'gpu-01': { PowerState: 'Off' } };

  it.each<[string, Partial<Connection>, DriverTarget, string]>([
    ['its id', {}, vmNamed('A1'), 'on'],
    ['its URI', {}, vmNamed('/redfish/v1/Systems/A1'), 'on'],
    ['the id before that of the connection', { systemId: 'B2' }, vmNamed('A1'), 'on'],
    ['the id of the connection, where the machine has none', { systemId: 'A1' }, unnamed, 'on'],
    ['the key of the machine, where there is neither', {}, unnamed, 'off'],
  ])('is found by %s', async (_how, settings, target, state) => {
    // Three pages of one member each.
    await using service = await startLab({ systems: structuredClone(systems), pageSize: 1 });
    expect(await stateOf({ url: service.url, ...settings }, target)).toBe(state);
  });

  it.each<[string, Partial<Connection>, DriverTarget]>([
    ['an id that is not there', {}, vmNamed('C3')],
    ['a key that is no id, of several systems', {}, vmNamed('db-01', { key: 'db-01' })],
    ['an id of the connection that is not there', { systemId: 'C3' }, unnamed],
  ])('is not guessed from %s', async (_how, settings, target) => {
    await using service = await startLab({ systems: structuredClone(systems) });
    const error = await failureOf(power({ url: service.url, ...settings }, 'kill', target));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(/^there is no system ".*" at 127\.0\.0\.1:\d+; there are: A1, B2, gpu-01$/);
  });

  it('is not the only one where another one is named', async () => {
    await using service = await startLab();
    const error = await failureOf(power({ url: service.url }, 'kill', vmNamed('2')));
    expect(error.message).toContain('there is no system "2"');
  });
});

describe('a task', () => {
  // DSP0266, "Asynchronous operations": 202 with the task monitor in Location; GET gives 202 until it has ended.
  it('is waited for at its monitor, on the host of the settings', async () => {
    await using service = await startLab({ resets: 'by task', polls: 2 });
    const monitor = '/redfish/v1/TaskService/TaskMonitors/1';
    const result = await power({ url: service.url }, 'kill', unnamed);
    expect(result).toEqual({
      system: '1',
      resetType: 'ForceOff',
      status: 202,
      task: `https://bmc.internal.test${monitor}`,
      state: 'Completed',
    });
    expect(calls(service.requests).slice(4)).toEqual(Array(3).fill(`GET ${monitor}`));
  });

  const ended = (TaskState: string, Messages: object[] = []) => ({
    status: 200,
    body: { Id: '1', Name: 'Reset', TaskState, TaskStatus: 'OK', Messages },
  });

  it.each([
    ['with the answer of the action', { status: 200, body: { Id: 'x' } }, { state: 'Completed' }],
    ['as a task that is completed', ended('Completed'), { state: 'Completed' }],
    ['with a monitor that is gone', { status: 404 }, { note: 'the task monitor is gone' }],
    ['with a monitor that is gone for good', { status: 410 }, { note: 'the task monitor is gone' }],
  ])('may end %s', async (_how, taskEnd, expected) => {
    await using service = await startLab({ resets: 'by task', taskEnd });
    expect(await power({ url: service.url }, 'kill', unnamed)).toMatchObject(expected);
  });

  it.each([
    [
      'as a task that failed',
      ended('Exception', [{ Message: 'The fan tray is open.' }]),
      'The fan tray is open.',
    ],
    ['as a task that was cancelled', ended('Cancelled'), 'ended as Cancelled'],
    ['with an error of the action', failed(400, 'ActionNotSupported', 'It cannot.'), 'HTTP 400'],
  ])('that ends %s fails for good', async (_how, taskEnd, problem) => {
    await using service = await startLab({ resets: 'by task', taskEnd });
    const error = await failureOf(power({ url: service.url }, 'kill', unnamed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(problem);
  });

  it('goes on as long as it says so with 200', async () => {
    let polls = 0;
    await using service = await startLab({
      resets: 'by task',
      instead: ({ path }) =>
        path.includes('TaskMonitors') && (polls += 1) < 3
          ? { ...ended('Running'), headers: { 'retry-after': '0' } }
          : undefined,
    });
    await power({ url: service.url }, 'kill', unnamed);
    expect(polls).toBeGreaterThan(3);
  });

  it('is waited for although the service is away for a while', async () => {
    let polls = 0;
    await using service = await startLab({
      resets: 'by task',
      instead: ({ path }) =>
        path.includes('TaskMonitors') && (polls += 1) < 2 ? { status: 503 } : undefined,
    });
    expect(await power({ url: service.url }, 'kill', unnamed)).toMatchObject({ state: 'Completed' });
  });

  it('leaves the outcome open when the time is up before it ends', async () => {
    const abort = new AbortController();
    await using service = await startLab({
      resets: 'by task',
      polls: Infinity,
      instead: ({ path }) => {
        if (path.includes('TaskMonitors')) abort.abort();
        return undefined;
      },
    });
    const error = await withDriver({ url: service.url }, (driver) =>
      failureOf(driver.power('kill', unnamed, abort.signal)),
    );
    expect(error).toBeInstanceOf(UnknownOutcomeError);
    expect(error.message).toContain('TaskMonitors/1 is not known');
  });

  it('leaves the outcome open when its monitor may not be read', async () => {
    await using service = await startLab({ resets: 'by task', taskEnd: { status: 403 } });
    expect(await failureOf(power({ url: service.url }, 'kill', unnamed))).toBeInstanceOf(UnknownOutcomeError);
  });

  it('needs no monitor', async () => {
    await using service = await refusing(() => ({ status: 202 }));
    const result = await power({ url: service.url }, 'kill', unnamed);
    expect(result).toMatchObject({ status: 202, note: 'the service named no task monitor' });
  });
});

describe('an action that is refused', () => {
  it.each([
    [401, 'NoValidSession', 'user and password, or the token, are not accepted'],
    [403, 'InsufficientPrivilege', 'ConfigureComponents'],
    [400, 'ActionParameterNotSupported', 'HTTP 400'],
    [404, 'ResourceMissingAtURI', 'HTTP 404'],
    [405, 'OperationNotAllowed', 'HTTP 405'],
    [501, 'ActionNotSupported', 'HTTP 501'],
  ])('with %i fails for good and says what to do', async (status, id, words) => {
    await using service = await refusing(() => failed(status, id, 'The words of the service.'));
    const error = await failureOf(power({ url: service.url }, 'kill', unnamed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(words);
    expect(error.message).toContain('The words of the service.');
  });

  it('with 403 fails although the system is as it should be', async () => {
    await using service = await refusing(() => failed(403, 'InsufficientPrivilege', 'No.'), {
      systems: { '1': { PowerState: 'Off' } },
    });
    expect(await failureOf(power({ url: service.url }, 'kill', unnamed))).toBeInstanceOf(PermanentError);
  });

  it('is told by the id of a message that has no text', async () => {
    const info = { MessageId: 'iLO.2.25.InvalidOperationForSystemState', MessageArgs: ['Power is off'] };
    const body = { error: { code: 'x', message: 'See below', '@Message.ExtendedInfo': [info] } };
    await using service = await refusing(() => ({ status: 400, body }));
    const { message } = await failureOf(power({ url: service.url }, 'reset', unnamed));
    expect(message).toContain('iLO.2.25.InvalidOperationForSystemState Power is off');
  });

  it.each([429, 503])('with %i has not begun, and is tried again when the service says', async (status) => {
    await using service = await refusing(() => ({ status, headers: { 'retry-after': '30' } }));
    const error = await failureOf(power({ url: service.url }, 'kill', unnamed));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ retryAfterMs: 30_000 });
  });
});

describe('the outcome of an action is unknown', () => {
  it.each([408, 500, 502, 504])('after %i', async (status) => {
    await using service = await refusing(() => ({ status }));
    expect(await failureOf(power({ url: service.url }, 'kill', unnamed))).toBeInstanceOf(UnknownOutcomeError);
  });

  it('when the connection is cut', async () => {
    await using service = await refusing((_request, response) => {
      response.destroy();
      return 'done';
    });
    expect(await failureOf(power({ url: service.url }, 'reset', unnamed))).toBeInstanceOf(
      UnknownOutcomeError,
    );
  });

  it('when no answer comes', async () => {
    const abort = new AbortController();
    await using service = await refusing(() => {
      abort.abort();
      return 'done';
    });
    const error = await withDriver({ url: service.url }, (driver) =>
      failureOf(driver.power('reset', unnamed, abort.signal)),
    );
    expect(error).toBeInstanceOf(UnknownOutcomeError);
  });
});

describe('nothing has happened, and it is tried again', () => {
  it('when nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    for (const login of ['basic', 'session'] as const) {
      const error = await failureOf(power({ url, login }, 'kill', unnamed));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error).not.toBeInstanceOf(NoAnswerError);
    }
  });

  it.each([408, 429, 500, 503])('when the system cannot be read (%i)', async (status) => {
    await using service = await startLab({
      instead: ({ path }) => (path.endsWith('/1') ? { status } : undefined),
    });
    const error = await failureOf(power({ url: service.url }, 'kill', unnamed));
    expect(error).toBeInstanceOf(RetryableError);
    expect(service.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});

describe('the state', () => {
  // Resource.PowerState; PoweringOn and PoweringOff are "temporary states between".
  it.each([
    ['On', 'on'],
    ['Off', 'off'],
    ['PoweringOn', 'off'],
    ['PoweringOff', 'on'],
    ['Paused', 'paused'],
    [null, 'unknown'],
  ])('of a system whose PowerState is %s is %s', async (PowerState, state) => {
    await using service = await startLab({ systems: { '1': { PowerState } } });
    expect(await stateOf({ url: service.url }, unnamed)).toBe(state);
  });

  it.each([
    ['something else', { hello: 'world' }],
    ['a page', undefined],
  ])('cannot be read from a server that answers with %s', async (_what, body) => {
    await using service = await startLab({
      instead: ({ path }) => (path === '/redfish/v1/Systems' ? { status: 200, body } : undefined),
    });
    const error = await failureOf(stateOf({ url: service.url }, unnamed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(`127.0.0.1:${service.port} did not answer as Redfish does`);
  });
});

describe('a session', () => {
  // DSP0266, "Redfish session login authentication": POST to Links.Sessions of the service root, X-Auth-Token and Location.
  it('is opened once, used for all, and closed in the end', async () => {
    await using service = await startLab();
    await withDriver({ url: service.url, login: 'session' }, async (driver) => {
      await Promise.all([driver.state(unnamed), driver.state(unnamed), driver.state(unnamed)]);
      await driver.power('kill', unnamed, never);
      expect(service.sessions.size).toBe(1);
    });
    expect(service.sessions.size).toBe(0);
    const logins = service.requests.filter(({ path }) => path.endsWith('/Sessions'));
    expect(logins).toHaveLength(1);
    expect(JSON.parse(logins[0]?.body ?? '')).toEqual({ UserName: user, Password: password });
    expect(logins[0]?.headers).not.toHaveProperty('authorization');
    expect(resetIn(service.requests).headers).toMatchObject({ 'x-auth-token': 'session-token-1' });
    expect(resetIn(service.requests).headers).not.toHaveProperty('authorization');
    expect(calls(service.requests).at(-1)).toBe('DELETE /redfish/v1/SessionService/Sessions/1');
  });

  it('is opened again when the service has forgotten it', async () => {
    await using service = await startLab();
    await withDriver({ url: service.url, login: 'session' }, async (driver) => {
      expect(await driver.state(unnamed)).toBe('on');
      service.forgetSessions();
      expect(await Promise.all([driver.state(unnamed), driver.state(unnamed)])).toEqual(['on', 'on']);
      expect(service.sessions.size).toBe(1);
      service.forgetSessions();
      await driver.power('kill', unnamed, never);
    });
    expect(service.systems['1']?.PowerState).toBe('Off');
  });

  it('is not asked for without end', async () => {
    await using service = await startLab({
      instead: ({ path }) => (path.startsWith('/redfish/v1/Systems') ? { status: 401 } : undefined),
    });
    const error = await failureOf(stateOf({ url: service.url, login: 'session' }, unnamed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(service.requests.filter(({ path }) => path.endsWith('/Sessions'))).toHaveLength(2);
  });

  it('is closed when the settings of its connection change', async () => {
    await using service = await startLab();
    await using started = await startPlugin(plugin);
    const settings = { url: service.url, user, password, login: 'session' } as const;
    const driver = started.extension(powerDriver, 'redfish');
    started.addObject({ type: 'redfish', key: 'lab', settings });
    await driver.state(unnamed);
    started.addObject({ type: 'redfish', key: 'lab', settings: { ...settings, timeout: 20 } });
    await driver.state(unnamed);
    await started.stop();
    expect(calls(service.requests).filter((call) => call.startsWith('DELETE'))).toHaveLength(2);
  });

  it('is refused with a wrong password', async () => {
    await using service = await startLab();
    const error = await failureOf(
      stateOf({ url: service.url, login: 'session', password: 'canary-wrong' }, unnamed),
    );
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('user and password, or the token, are not accepted');
  });

  it('cannot be opened where there are none', async () => {
    await using service = await startLab({
      instead: ({ path }) => (path === '/redfish/v1/' ? { status: 200, body: {} } : undefined),
    });
    const error = await failureOf(stateOf({ url: service.url, login: 'session' }, unnamed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('has no sessions: use login: basic');
  });
});

it('a token goes with each request', async () => {
  await using service = await startRedfish({ token: 'canary-t', systems: { '1': { PowerState: 'On' } } });
  await power({ url: service.url, token: 'canary-t' }, 'kill', unnamed);
  expect(service.requests.map(({ headers }) => headers['x-auth-token'])).toEqual(Array(4).fill('canary-t'));
});

it('a link that leads to another host is followed on the service itself', async () => {
  await using elsewhere = await startLab();
  await using service = await startLab({
    instead: ({ path }) =>
      path === '/redfish/v1/Systems'
        ? { status: 200, body: { Members: [{ '@odata.id': `${elsewhere.url}/redfish/v1/Systems/1` }] } }
        : undefined,
  });
  expect(await stateOf({ url: service.url }, unnamed)).toBe('on');
  expect(elsewhere.connections).toBe(0);
});

describe('discovery', () => {
  it('lists the systems of all services, one that does not answer left out', async () => {
    await using service = await startLab({
      systems: { '1': { PowerState: 'On', HostName: 'gpu-01' }, '2': { PowerState: 'Off', HostName: '' } },
    });
    const { logger, lines } = keptLog();
    await using started = await startPlugin(plugin, {
      logger,
      objects: [
        {
          type: 'redfish',
          key: 'away',
          settings: { user, password, url: `http://127.0.0.1:${await freePort()}` },
        },
        { type: 'redfish', key: 'lab', settings: { user, password, url: service.url } },
      ],
    });
    const found = await started.extension(powerDriver, 'redfish').discover!();
    const place = { type: 'vm', connection: 'lab' };
    expect(found).toEqual([
      { ...place, id: '1', name: 'gpu-01', state: 'on' },
      { ...place, id: '2', name: 'System 2', state: 'off' },
    ]);
    expect(lines.join('\n')).toContain('redfish/away');
  });
});

describe('the test of a connection', () => {
  const test = async (connection: Connection) => {
    await using started = await startPlugin(plugin);
    return await started.runTest('redfish', { object: { settings: settingsOf(connection) } });
  };

  it.each(['basic', 'session'] as const)('by %s login tells product, version and systems', async (login) => {
    await using service = await startLab();
    const { result } = await test({ url: service.url, login });
    expect(result).toEqual({ product: 'Test BMC', vendor: 'Contoso', version: '1.20.1', systems: ['1'] });
    expect(service.sessions.size).toBe(0);
  });

  it.each(['basic', 'session'] as const)('by %s login says so when the password is wrong', async (login) => {
    await using service = await startLab();
    const error = await failureOf(test({ url: service.url, login, password: 'wrong' }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('user and password, or the token, are not accepted');
  });

  it('says so when the system that is meant is not there', async () => {
    await using service = await startLab();
    const error = await failureOf(test({ url: service.url, systemId: 'Self' }));
    expect(error.message).toContain('there is no system "Self"');
  });

  it('trusts no self-signed certificate unless it is told to', async () => {
    await using service = await startLab({ tls: true });
    expect((await failureOf(test({ url: service.url }))).message).toContain('is not trusted (self-signed)');
    expect(service.requests).toHaveLength(0);
    const { result } = await test({ url: service.url, allowInsecureCertificates: true });
    expect(result).toMatchObject({ product: 'Test BMC' });
  });
});

it('tells the password to nobody', async () => {
  const { logger, lines } = keptLog();
  const told: unknown[] = [lines];
  for (const login of ['basic', 'session'] as const) {
    for (const status of [200, 202, 400, 401, 403, 409, 500, 503]) {
      await using service = await refusing(() => ({ status, body: [] }));
      await withDriver(
        { url: service.url, login },
        async (driver) => {
          for (const action of powerActions)
            told.push(await driver.power(action, unnamed, never).catch(String));
          told.push(await driver.state(vmNamed('9')).catch(String));
          told.push(await driver.discover!());
        },
        logger,
      );
    }
  }
  expect(told.length).toBeGreaterThan(90);
  expect(JSON.stringify(told)).not.toMatch(/canary|session-token/);
});

describe('settings', () => {
  const problems = (settings: object): string =>
    redfishSettings
      .safeParse({ url: 'https://bmc-7.example.com', ...settings })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join() ?? '';

  it('may be as few as a URL and credentials', () => {
    expect(problems({ user, password })).toBe('');
    expect(problems({ token: 't' })).toBe('');
    expect(redfishSettings.parse({ url: 'https://bmc-7.example.com', token: 't' })).toEqual({
      ...{ url: 'https://bmc-7.example.com', token: 't' },
      ...{ login: 'basic', allowInsecureCertificates: false, timeout: 30 },
    });
  });

  it.each([{}, { user }, { password }, { user, token: 't' }, { user, password, token: 't' }])(
    'refuse the credentials %j',
    (credentials) => {
      expect(problems(credentials)).toContain('needs either user and password, or token');
    },
  );

  it.each([
    ['ftp://bmc-7.example.com', 'must be an http:// or https:// URL'],
    ['https://bmc-7.example.com/redfish/v1', 'must be scheme and host only'],
    ['https://me:pw@bmc-7.example.com', 'must be scheme and host only'],
  ])('refuse the URL %s', (url, problem) => {
    expect(problems({ url, user, password })).toContain(`url: ${problem}`);
  });
});
