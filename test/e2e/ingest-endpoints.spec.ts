import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { problem } from '../support/problem.ts';
import { startReceiver } from '../support/receiver.ts';
import { startServer } from '../support/command.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const token = 'canary-7f3a-bearer-token';
const secret = 'canary-51c9-hmac-secret';

const adminToken = 'test-admin-token-0123456789';

const plugins = ['vm', 'webhook', 'generic'];
const lab = {
  auth: { type: 'bearer', token },
  events: [
    {
      items: 'body.machines',
      type: 'vm.${item.what}',
      object: '${item.name}',
      id: '${item.n}',
      data: { by: '${body.user}', headers: '${headers}' },
    },
  ],
};

/** A task that tells a receiver of every VM that is switched on. */
const wiring = (url: string): object => ({
  tasks: {
    tell: {
      action: 'webhook.send',
      target: { object: 'ops' },
      settings: { message: { text: '${NAME} by ${event.data.by}' } },
    },
  },
  triggers: { 'any-on': { event: 'vm.power_on', task: 'tell' } },
  objects: { 'webhook/ops': { settings: { url } }, 'generic/lab': { settings: lab } },
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into what came
  readonly body: any;
}

async function post(
  { url }: Pick<TestSignalbox, 'url'>,
  name: string,
  { body, headers = {} }: { readonly body: unknown; readonly headers?: Record<string, string> },
): Promise<Answer> {
  const response = await fetch(`${url}/api/ingest/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const bearer = { authorization: `Bearer ${token}` };
const two = {
  user: 'jt',
  machines: [
    { what: 'power_on', name: 'gpu-01', n: 1 },
    { what: 'reset', name: 'gpu-02', n: 2 },
  ],
};

describe('a named endpoint', () => {
  it('makes events of what is posted, which fire their tasks', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({ config: { plugins, ...wiring(receiver.url) } });
    const { status, body } = await post(app, 'lab', { body: two, headers: bearer });
    expect({ status, body }).toMatchObject({
      status: 202,
      body: {
        events: [
          { duplicate: false, runs: 1 },
          { duplicate: false, runs: 0 },
        ],
      },
    });
    await app.api.runsOf(body.events[0].id);
    expect(receiver.deliveries.map((delivery) => delivery.body)).toEqual(['{"text":"gpu-01 by jt"}']);
    expect(await app.api.get(`/api/events/${body.events[1].id}`)).toMatchObject({
      body: { type: 'vm.reset', object: 'gpu-02', source: 'signalbox/generic/lab' },
    });
  });

  it('knows after a kill what it had answered before, and takes it for a repeat', async () => {
    await using receiver = await startReceiver();
    using folder = temporaryFolder();
    const config = folder.write(
      'signalbox.yaml',
      JSON.stringify({ plugins, egress: { allow: ['127.0.0.0/8'] }, ...wiring(receiver.url) }),
    );
    const args = ['--config', config, '--data', `${folder.path}/data`];
    const env = { SIGNALBOX_ADMIN_TOKEN: adminToken };
    let first: Answer;
    {
      await using server = await startServer(args, { env });
      first = await post(server, 'lab', { body: two, headers: bearer });
      expect(first.status).toBe(202);
      await receiver.got(1);
    }
    await using server = await startServer(args, { env });
    const again = await post(server, 'lab', { body: two, headers: bearer });
    const repeats = first.body.events.map(({ id }: { id: string }) => ({ id, duplicate: true, runs: 0 }));
    expect(again).toMatchObject({ status: 202, body: { events: repeats } });
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('stores all events of a delivery or none', async () => {
    await using app = await startSignalbox({
      config: { plugins, objects: { 'generic/lab': { settings: lab } } },
    });
    const body = { machines: [...two.machines, { what: 'exploded', name: 'gpu-03', n: 3 }] };
    expect(await post(app, 'lab', { body, headers: bearer })).toMatchObject(problem('EVENT_TYPE_UNKNOWN'));
    expect(await app.api.get('/api/events')).toMatchObject({ body: { items: [] } });
  });

  it('refuses what would become too much of a small body, and goes on', async () => {
    using folder = temporaryFolder();
    const event = {
      items: 'body.alerts',
      type: 'vm.error',
      object: 'gpu-01',
      data: { message: '${body.title}: ${item}' },
    };
    const objects = { 'generic/lab': { settings: { ...lab, events: [event] } } };
    const config = folder.write('signalbox.yaml', JSON.stringify({ plugins, objects }));
    await using server = await startServer(['--config', config, '--data', `${folder.path}/data`], {
      // Far less than all events would take, 36 GB.
      env: { SIGNALBOX_ADMIN_TOKEN: adminToken, NODE_OPTIONS: '--max-old-space-size=512' },
    });
    const body = { title: 'x'.repeat(900_000), alerts: Array.from({ length: 40_000 }, () => 1) };
    expect(await post(server, 'lab', { body, headers: bearer })).toMatchObject({
      status: 413,
      body: { code: 'BATCH_TOO_LARGE', detail: expect.stringMatching(/16 MiB\. Post less at once/) },
    });
    const headers = { authorization: `Bearer ${adminToken}` };
    const stored = await fetch(`${server.url}/api/events`, { headers });
    expect(await stored.json()).toMatchObject({ items: [] });
    const small = { title: 'Disk', alerts: [1, 2] };
    expect((await post(server, 'lab', { body: small, headers: bearer })).body.events).toHaveLength(2);
  });

  it('is there from the moment it is saved until it is disabled or removed', async () => {
    await using app = await startSignalbox({ config: { plugins } });
    const answer = async (): Promise<number> =>
      (await post(app, 'lab', { body: {}, headers: bearer })).status;
    expect(await answer()).toBe(401);
    const created = await app.api.request('POST', '/api/objects/generic', { key: 'lab', settings: lab });
    expect(created).toMatchObject({ status: 201, body: { inbound: '/api/ingest/lab' } });
    expect(await answer()).toBe(202);
    await app.api.request('PATCH', '/api/objects/generic/lab', { enabled: false });
    expect(await answer()).toBe(401);
    await app.api.request('PATCH', '/api/objects/generic/lab', { enabled: true });
    expect(await answer()).toBe(202);
    await app.api.request('DELETE', '/api/objects/generic/lab');
    expect(await answer()).toBe(401);
  });

  it('takes a new credential at once, and the old one no more', async () => {
    await using app = await startSignalbox({ config: { plugins } });
    await app.api.put('/api/objects/generic/lab', { settings: lab });
    expect((await post(app, 'lab', { body: {}, headers: bearer })).status).toBe(202);
    const auth = { type: 'hmac', secret, prefix: 'sha256=' };
    await app.api.put('/api/objects/generic/lab', { settings: { ...lab, auth } });
    expect(await post(app, 'lab', { body: {}, headers: bearer })).toMatchObject(problem('INBOUND_REFUSED'));
    const body = '{ "machines" : [] }';
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const headers = { 'x-signature': signature };
    expect(await post(app, 'lab', { body, headers })).toMatchObject({ status: 202, body: { events: [] } });
    expect((await post(app, 'lab', { body: body.replace('[]', '[ ]'), headers })).status).toBe(401);
  });

  it('keeps its credential to itself: in answers, events, runs and the log', async () => {
    await using receiver = await startReceiver();
    using folder = temporaryFolder();
    const config = folder.write(
      'signalbox.yaml',
      JSON.stringify({
        plugins,
        egress: { allow: ['127.0.0.0/8'] },
        log: { level: 'debug' },
        ...wiring(receiver.url),
      }),
    );
    const env = { SIGNALBOX_ADMIN_TOKEN: adminToken };
    await using server = await startServer(['--config', config, '--data', `${folder.path}/data`], { env });
    const admin = {
      authorization: `Bearer ${env.SIGNALBOX_ADMIN_TOKEN}`,
      'content-type': 'application/json',
    };
    const api = async (path: string, init: RequestInit = {}): Promise<string> =>
      (await fetch(`${server.url}/api${path}`, { headers: admin, ...init })).text();
    const signed = JSON.stringify({ key: 'signed', settings: { ...lab, auth: { type: 'hmac', secret } } });
    const shown = [
      await api('/objects/generic', { method: 'POST', body: signed }),
      await post(server, 'lab', { body: two, headers: { ...bearer, cookie: `session=${token}` } }),
      await post(server, 'lab', { body: '{', headers: bearer }),
      await post(server, 'lab', { body: { machines: 1 }, headers: bearer }),
      await post(server, 'lab', { body: two, headers: { authorization: `Basic ${token}` } }),
      await post(server, 'signed', { body: {}, headers: { 'x-signature': 'wrong' } }),
    ].map((part) => JSON.stringify(part));
    await receiver.got(1);
    for (const list of ['objects', 'objects/generic/lab', 'events', 'runs', 'types/generic'])
      shown.push(await api(`/${list}`));
    expect(shown.join()).toContain('vm.power_on');
    expect(server.out).toContain('Inbound delivery refused');
    for (const part of [...shown, server.out, server.err]) {
      expect(part).not.toContain(token);
      expect(part).not.toContain(secret);
    }
  });
});

describe('the configuration', () => {
  const objects = (settings: object, key = 'lab'): object => ({ [`generic/${key}`]: { settings } });

  it.each<[string, object, string]>([
    ['without a credential', objects({ events: lab.events }), 'auth'],
    [
      'with an event that no plugin declares',
      objects({ ...lab, events: [{ type: 'vm.exploded' }] }),
      '"vm.exploded"',
    ],
    [
      'with a broken placeholder',
      objects({ ...lab, events: [{ type: 'vm.reset', object: '${host}' }] }),
      'leads nowhere',
    ],
  ])('is refused %s', async (_what, config, reason) => {
    await expect(startSignalbox({ config: { plugins, objects: config } })).rejects.toThrow(reason);
  });
});
