import { describe, expect, it } from '@jest/globals';
import {
  accountDriver,
  NoAnswerError,
  PermanentError,
  powerDriver,
  RetryableError,
  UnknownOutcomeError,
} from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import { failureOf, powerActions, vmNamed } from '../../test/support/power-driver.ts';
import { startReceiver, type Responder } from '../../test/support/receiver.ts';
import plugin from './index.ts';
import { httpSettings } from './settings.ts';

const never = new AbortController().signal;

async function start(settings: object, respond: Responder = () => undefined) {
  const receiver = await startReceiver({ respond });
  const started = await startPlugin(plugin, {
    objects: [
      {
        type: 'http',
        key: 'lab',
        settings: httpSettings.parse({ url: `${receiver.url}/api/`, ...settings }),
      },
    ],
  });
  return {
    receiver,
    started,
    power: started.extension(powerDriver, 'http'),
    accounts: started.extension(accountDriver, 'http'),
    async [Symbol.asyncDispose]() {
      await started.stop();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

const jo = (id = 'jo') => vmNamed(id, { type: 'user', key: 'jthompson', name: 'J. Thompson' });

describe('an action', () => {
  it.each([...powerActions, 'enable', 'disable'] as const)('%s sends its own request', async (action) => {
    const settings = { [action]: { method: 'PUT', path: '/x/${id}?do=${action}' } };
    await using lab = await start(settings, () => ({ status: 202 }));
    const done =
      action === 'enable' || action === 'disable'
        ? lab.accounts.account(action, jo(), never)
        : lab.power.power(action, jo(), never);
    expect(await done).toEqual({ status: 202 });
    expect(lab.receiver.deliveries).toMatchObject([
      { method: 'PUT', path: `/api/x/jo?do=${action}`, body: '' },
    ]);
  });

  it('without a request fails for good', async () => {
    await using lab = await start({});
    const failure = await failureOf(lab.power.power('kill', jo(), never));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toBe('http/lab cannot kill: it has no such request');
  });

  it('fills in a body of any form, and everything stays where it stands', async () => {
    const body = { active: false, ops: [{ who: '${name} (${id})', n: 1 }], nothing: null };
    await using lab = await start({ disable: { path: '/u/${id}', body } });
    await lab.accounts.account('disable', jo('a/b?c="d"&é'), never);
    const [request] = lab.receiver.deliveries;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/api/u/a%2Fb%3Fc%3D%22d%22%26%C3%A9',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(request!.body)).toEqual({
      ...body,
      ops: [{ who: 'J. Thompson (a/b?c="d"&é)', n: 1 }],
    });
  });

  it('sends a form', async () => {
    await using lab = await start({ enable: { path: '/u', form: { user: '${id}', on: 'yes' } } });
    await lab.accounts.account('enable', jo('a&on=no'), never);
    expect(lab.receiver.deliveries).toMatchObject([
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'user=a%26on%3Dno&on=yes' },
    ]);
  });

  it.each(['.', '..'])('goes nowhere else for the id %j', async (id) => {
    await using lab = await start({ disable: { method: 'DELETE', path: '/u/${id}/lock' } });
    const failure = await failureOf(lab.accounts.account('disable', jo(id), never));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(lab.receiver.deliveries).toEqual([]);
  });

  it.each<[object, string, string]>([
    [{ type: 'bearer', token: 'canary' }, 'authorization', 'Bearer canary'],
    [{ type: 'basic', user: 'me', password: 'pw' }, 'authorization', 'Basic bWU6cHc='],
    [{ type: 'header', name: 'X-Api-Key', value: 'canary' }, 'x-api-key', 'canary'],
  ])('is sent with %j', async (auth, name, value) => {
    await using lab = await start({ auth, enable: { path: '/' } });
    await lab.accounts.account('enable', jo(), never);
    expect(lab.receiver.deliveries[0]?.headers[name]).toBe(value);
  });

  it.each([
    [409, PermanentError],
    [404, PermanentError],
    [301, PermanentError],
    [429, RetryableError],
    [503, RetryableError],
    [500, UnknownOutcomeError],
    [504, UnknownOutcomeError],
    [408, UnknownOutcomeError],
  ])('that is answered with %i is a %p', async (status, kind) => {
    const headers = { 'retry-after': '7' };
    await using lab = await start({ disable: { path: '/u' } }, () => ({
      status,
      headers,
      body: ' no\n way ',
    }));
    const failure = await failureOf(lab.accounts.account('disable', jo(), never));
    expect(failure).toBeInstanceOf(kind);
    expect(failure).not.toBeInstanceOf(NoAnswerError);
    expect(failure.message).toBe(
      `HTTP ${String(status)} from 127.0.0.1:${String(lab.receiver.port)}: no way`,
    );
    if (failure instanceof RetryableError) expect(failure.retryAfterMs).toBe(7_000);
  });

  it.each([
    { type: 'bearer', token: 'correct-horse-battery' },
    { type: 'header', name: 'X-Api-Key', value: 'correct horse battery' },
    { type: 'basic', user: 'me', password: 'correct horse battery' },
  ])('that is refused with a long answer keeps no half of its secret: %j', async (auth) => {
    const told = auth.token ?? auth.value ?? auth.password;
    const body = `${'no '.repeat(63)}${told} is no good`;
    await using lab = await start({ auth, disable: { path: '/u' } }, () => ({ status: 403, body }));
    const failure = await failureOf(lab.accounts.account('disable', jo(), never));
    expect(failure.message).toContain(': no no');
    expect(failure.message).not.toMatch(/corr|horse/);
  });

  it('takes a status for fine that is said to be', async () => {
    const settings = { disable: { path: '/u', alsoFine: [409] } };
    await using lab = await start(settings, () => ({ status: 409 }));
    expect(await lab.accounts.account('disable', jo(), never)).toEqual({ status: 409 });
  });

  it('is left open when it is not answered', async () => {
    const headers = { 'content-length': '100' };
    await using lab = await start({ disable: { path: '/u' } }, () => ({ headers, body: 'x' }));
    expect(await failureOf(lab.accounts.account('disable', jo(), never))).toBeInstanceOf(NoAnswerError);
  });
});

describe('the state', () => {
  const state = {
    path: '/u/${id}',
    at: 'data.0.status',
    ...{ on: ['running', 1], off: 'stopped', paused: null, enabled: true, disabled: false },
  };
  const answering = (status: unknown): Responder => {
    const body = JSON.stringify({ data: [{ status }] });
    return () => ({ body });
  };

  it.each([
    ['running', 'on'],
    [1, 'on'],
    ['stopped', 'off'],
    [null, 'paused'],
  ])('of a machine is told by %j: %s', async (value, told) => {
    await using lab = await start({ state }, answering(value));
    expect(await lab.power.state(jo())).toBe(told);
    expect(lab.receiver.deliveries).toMatchObject([{ method: 'GET', path: '/api/u/jo' }]);
  });

  it.each([
    [true, 'enabled'],
    [false, 'disabled'],
  ])('of an account is told by %j: %s', async (value, told) => {
    await using lab = await start({ state }, answering(value));
    expect(await lab.accounts.state(jo())).toBe(told);
  });

  it('may be told by the whole answer', async () => {
    await using lab = await start({ state: { path: '/', on: 'ON', off: 'OFF' } }, () => ({ body: 'OFF\n' }));
    expect(await lab.power.state(jo())).toBe('off');
  });

  it.each<[string, Responder, string]>([
    ['another value', answering('starting'), 'data.0.status is "starting", which means no state'],
    ['no value', () => ({ body: '{"data":[]}' }), 'data.0.status is missing, which means no state'],
    ['no JSON', () => ({ body: '<html>' }), 'data.0.status is missing'],
    ['an error', () => ({ status: 500 }), 'HTTP 500 from'],
  ])('is asked for again after %s', async (_, respond, message) => {
    await using lab = await start({ state }, respond);
    const failure = await failureOf(lab.power.state(jo()));
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toContain(message);
  });

  it('is not there for what is not there', async () => {
    await using lab = await start({ state }, () => ({ status: 404 }));
    expect(await failureOf(lab.power.state(jo()))).toBeInstanceOf(PermanentError);
  });

  it('is unknown where nothing is said of it', async () => {
    await using lab = await start({ state: { path: '/', enabled: true } });
    expect(await lab.power.state(jo())).toBe('unknown');
    expect(lab.receiver.deliveries).toEqual([]);
  });
});

it('is tried out at its url, with its credentials', async () => {
  let status = 404;
  await using lab = await start({}, () => ({ status }));
  const object = { settings: { url: lab.receiver.url, auth: { type: 'bearer', token: 'canary' } } } as const;
  expect((await lab.started.runTest('http', { object })).result).toEqual({ status: 404 });
  status = 401;
  expect((await failureOf(lab.started.runTest('http', { object }))).message).toContain('HTTP 401');
});

it.each([
  [{ url: 'ftp://x' }, 'must be an http:// or https:// URL'],
  [{ url: 'https://me:pw@example.com' }, 'must have no user info'],
  [{ url: 'https://example.com?x=1' }, 'must have no user info, no query'],
  [{ kill: { path: 'x' } }, 'must begin with a slash'],
  [{ kill: { path: '/${ID}' } }, '${ID} is not known'],
  [{ kill: { path: '/', body: { a: ['${nobody}'] } } }, '${nobody} is not known'],
  [{ kill: { path: '/', body: {}, form: {} } }, 'cannot stand beside a body'],
  [{ auth: { type: 'header', name: 'Host', value: 'x' } }, 'cannot be set'],
  [{ auth: { type: 'bearer', token: 'a\nb' } }, 'has characters that a header cannot carry'],
])('settings such as %j are refused', (settings, message) => {
  const { error } = httpSettings.safeParse({ url: 'https://example.com', ...settings });
  expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
});
