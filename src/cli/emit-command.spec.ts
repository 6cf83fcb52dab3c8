import { describe, expect, it } from '@jest/globals';
import { startApiDouble, type Answer } from '../../test/support/api-double.ts';
import { commandLine } from '../../test/support/command-line.ts';

const stored = (body: object): Answer => ({ status: 202, body });
const accepted = () => stored({ id: 'e1', duplicate: false, runs: 2 });

it('posts the event and says how many runs it caused', async () => {
  await using api = await startApiDouble(accepted);
  const args = ['vm.power_on', '--object', 'gpu-01', '--data', '{"a": [1]}', '--id', 'i', '--source', '/lab'];
  const result = await commandLine(['emit', ...args], {
    env: { SIGNALBOX_URL: api.url, SIGNALBOX_TOKEN: 't' },
  });
  expect(result).toEqual({ code: 0, out: ['stored  event e1: 2 runs'], err: [] });
  expect(api.requests).toEqual([
    {
      method: 'POST',
      path: '/api/events',
      query: {},
      authorization: 'Bearer t',
      body: { type: 'vm.power_on', object: 'gpu-01', data: { a: [1] }, id: 'i', source: '/lab' },
    },
  ]);
});

it('sends nothing that was not given', async () => {
  await using api = await startApiDouble(accepted);
  await commandLine(['emit', 'system.startup', '--url', `${api.url}/`]);
  expect(api.requests[0]).toMatchObject({ authorization: undefined, body: { type: 'system.startup' } });
  expect(Object.keys(api.requests[0]?.body as object)).toEqual(['type']);
});

it('says so when the event was stored before, and when no task fired', async () => {
  await using again = await startApiDouble(() => stored({ id: 'e1', duplicate: true, runs: 0 }));
  await using unmatched = await startApiDouble(() => stored({ id: 'e2', duplicate: false, runs: 0 }));
  expect((await commandLine(['emit', 'a.b', '--url', again.url])).out).toEqual([
    'stored before  event e1: nothing was fired',
  ]);
  expect((await commandLine(['emit', 'a.b', '--url', unmatched.url])).out).toEqual([
    'stored  event e2: no task fired',
  ]);
});

it('prints what the API answered for scripts', async () => {
  await using api = await startApiDouble(() => stored({ id: 'e1', duplicate: false, runs: 1, more: true }));
  const { out } = await commandLine(['emit', 'a.b', '--json', '--url', api.url]);
  expect(out.map((line): unknown => JSON.parse(line))).toEqual([
    { id: 'e1', duplicate: false, runs: 1, more: true },
  ]);
});

it('reaches a Signalbox behind a path of a proxy', async () => {
  await using api = await startApiDouble(accepted);
  await commandLine(['emit', 'a.b', '--url', `${api.url}/signalbox`]);
  expect(api.requests[0]?.path).toBe('/signalbox/api/events');
});

it('takes the token from --token, then SIGNALBOX_TOKEN, then SIGNALBOX_ADMIN_TOKEN', async () => {
  await using api = await startApiDouble(accepted);
  const env = { SIGNALBOX_URL: api.url, SIGNALBOX_ADMIN_TOKEN: 'admin' };
  await commandLine(['emit', 'a.b'], { env });
  await commandLine(['emit', 'a.b'], { env: { ...env, SIGNALBOX_TOKEN: 'own' } });
  await commandLine(['emit', 'a.b', '--token', 'flag'], { env: { ...env, SIGNALBOX_TOKEN: 'own' } });
  expect(api.requests.map(({ authorization }) => authorization)).toEqual([
    'Bearer admin',
    'Bearer own',
    'Bearer flag',
  ]);
});

describe('an error', () => {
  const answering = async (answer: Answer, exit = 1) => {
    await using api = await startApiDouble(() => answer);
    const { code, err, out } = await commandLine(['emit', 'vm.power_on', '--url', api.url]);
    expect({ code, out }).toEqual({ code: exit, out: [] });
    return err;
  };

  it('of the API is told with its code, the fields and what to do', async () => {
    const err = await answering({
      status: 422,
      headers: { 'content-type': 'application/problem+json' },
      body: {
        code: 'EVENT_INVALID',
        title: 'Event is not valid',
        detail: 'vm.power_on: data.level must be a number',
        action: 'Correct the field that the message names.',
        field: 'data.level',
        errors: [{ field: 'data.level', message: 'must be a number' }],
        requestId: 'r1',
      },
    });
    expect(err).toEqual([
      'error EVENT_INVALID: vm.power_on: data.level must be a number',
      'what to do: Correct the field that the message names.',
    ]);
  });

  it('of a missing token says how to give one', async () => {
    const answer = { status: 401, body: { code: 'AUTH_REQUIRED', title: 'Authentication required' } };
    const err = await answering(answer, 4);
    expect(err).toEqual([
      'error AUTH_REQUIRED: Authentication required',
      'what to do: Log in with `signalbox login`, or give a token of this Signalbox with SIGNALBOX_TOKEN or --token.',
    ]);
  });

  it('inside the server names the request, to be found in the log', async () => {
    const err = await answering({ status: 500, body: { code: 'INTERNAL', detail: 'oops', requestId: 'r1' } });
    expect(err).toContain('  request id: r1');
  });

  it.each<[string, Answer]>([
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['other JSON', { body: { hello: 'world' } }],
  ])('says that what answers with %s may not be Signalbox', async (_, answer) => {
    expect((await answering(answer)).join('\n')).toContain('Is this the address of a Signalbox');
  });

  it('shows no control characters of what came back', async () => {
    const err = await answering({ status: 400, body: { detail: 'bad \u001b[2J name\nerror: forged' } });
    expect(err).toEqual(['error: bad  [2J name error: forged']);
  });

  it('says how to start Signalbox when nothing listens', async () => {
    const api = await startApiDouble(accepted);
    await api[Symbol.asyncDispose]();
    const { code, err } = await commandLine(['emit', 'a.b', '--url', api.url]);
    expect(code).toBe(5);
    expect(err[0]).toBe(`error: cannot reach Signalbox at ${api.url}: connection refused`);
    expect(err[1]).toContain('Is Signalbox running? Start it with `signalbox start`');
  });

  it('names SIGNALBOX_URL when it is not an address', async () => {
    const { code, err } = await commandLine(['emit', 'a.b'], { env: { SIGNALBOX_URL: 'localhost:4280' } });
    expect(code).toBe(1);
    expect(err[0]).toBe('error: SIGNALBOX_URL: "localhost:4280" is not an http or https address');
  });
});
