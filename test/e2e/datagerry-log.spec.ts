import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { problem } from '../support/problem.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

/* The log of DataGerry's webhooks: id, webhook, time, operation, payload, response code, status. */

interface LogRow {
  readonly id: string;
  readonly target: string;
  readonly createdAt: string;
  readonly event: { readonly type: string; readonly object: string };
  readonly responseStatus: number;
  readonly state: string;
}

let receiver: Receiver;
let app: TestSignalbox;

/** Rows of the log as `<operation> <object> at <webhook>: <status> <response code>`. */
async function log(query = ''): Promise<readonly string[]> {
  const { status, body } = await app.api.get<{ items: readonly LogRow[] }>(`/api/runs${query}`);
  expect(status).toBe(200);
  return body.items.map(
    ({ event, target, state, responseStatus }) =>
      `${event.type} ${event.object} at ${target}: ${state} ${String(responseStatus)}`,
  );
}

const rows = {
  broken: 'cmdb.updated 1 at webhook/broken: failed 400',
  updated: 'cmdb.updated 1 at webhook/inventory: succeeded 200',
  created2: 'cmdb.created 2 at webhook/inventory: succeeded 200',
  created1: 'cmdb.created 1 at webhook/inventory: succeeded 200',
};

beforeAll(async () => {
  receiver = await startReceiver({
    respond: ({ path }) => (path === '/broken' ? { status: 400, body: 'unknown host' } : undefined),
  });
  const webhook = (key: string) => ({ settings: { url: `${receiver.url}/${key}` } });
  const task = (key: string) => ({
    action: 'webhook.send',
    target: { object: key },
    settings: { format: 'datagerry' },
  });
  app = await startSignalbox({
    config: {
      plugins: ['cmdb', 'webhook'],
      objects: { 'webhook/inventory': webhook('inventory'), 'webhook/broken': webhook('broken') },
      tasks: { inventory: task('inventory'), audit: task('broken') },
      triggers: {
        created: { event: 'cmdb.created', task: 'inventory' },
        updated: { event: 'cmdb.updated', task: 'inventory' },
        audited: { event: 'cmdb.updated', task: 'audit' },
      },
    },
  });
  // One after the other, so that the order of the log is known.
  for (const [index, [key, ram]] of (
    [
      ['1', 16],
      ['2', 64],
      ['1', 32],
    ] as const
  ).entries()) {
    await app.api.put(`/api/objects/cmdb/${key}`, { settings: { hostname: `srv-${key}`, ram } });
    await receiver.got(index === 2 ? 4 : index + 1);
  }
  await app.api.runsIn('succeeded,failed', 4);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

it('has id, webhook, time, operation, response code and status in its list, and the payload in each entry', async () => {
  const { body } = await app.api.get<{ items: readonly LogRow[] }>('/api/runs?object=webhook/broken');
  expect(body.items).toMatchObject([
    {
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      target: 'webhook/broken',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      event: { type: 'cmdb.updated', object: '1' },
      responseStatus: 400,
      state: 'failed',
    },
  ]);
  const { attemptLog } = await app.api.run(body.items[0]!.id);
  expect(JSON.parse(attemptLog[0]?.sent?.body ?? '')).toMatchObject({
    operation: 'UPDATE',
    object_after: { public_id: 1, ram: 32 },
  });
});

it.each<[string, string, readonly string[]]>([
  ['a webhook', '?object=webhook/broken', [rows.broken]],
  ['an operation', '?type=cmdb.created', [rows.created2, rows.created1]],
  ['a status', '?state=failed', [rows.broken]],
  ['a word of the webhook', '?search=BROKEN', [rows.broken]],
  ['a word of the payload', '?search=srv-2', [rows.created2]],
  ['a word of the answer', '?search=unknown%20host', [rows.broken]],
  ['a word and an operation', '?search=srv-1&type=cmdb.created', [rows.created1]],
  ['what is nowhere', '?search=srv-3', []],
])('can be searched for %s', async (_, query, found) => {
  expect(await log(query)).toEqual(found);
});

it('can be sorted by time and by webhook', async () => {
  const newest = await log();
  expect(new Set(newest.slice(0, 2))).toEqual(new Set([rows.broken, rows.updated]));
  expect(newest.slice(2)).toEqual([rows.created2, rows.created1]);
  expect(await log('?sort=time')).toEqual(newest.toReversed());
  expect(await log('?sort=object')).toEqual([rows.broken, rows.created1, rows.created2, rows.updated]);
  expect(await log('?sort=-object')).toEqual([rows.updated, rows.created2, rows.created1, rows.broken]);
});

it.each(['', '&sort=object', '&search=srv', '&search=srv&sort=-object'])(
  'comes page by page: limit=1%s',
  async (more) => {
    const whole = await log(`?limit=10${more}`);
    const pages: string[] = [];
    let next = '';
    do {
      const query = `?limit=1${more}${next}`;
      pages.push(...(await log(query)));
      const { body } = await app.api.get<{ next?: string }>(`/api/runs${query}`);
      next = body.next === undefined ? '' : `&cursor=${body.next}`;
    } while (next !== '');
    expect(pages).toEqual(whole);
    expect(pages).toHaveLength(4);
  },
);

it('can be deleted, entry by entry; the event stays', async () => {
  const [run] = await app.api.runs('?state=failed');
  expect((await app.api.request('DELETE', `/api/runs/${run!.id}`)).status).toBe(204);
  expect((await app.api.get(`/api/runs/${run!.id}`)).status).toBe(404);
  expect(await log('?state=failed')).toEqual([]);
  expect((await app.api.get(`/api/events/${run!.event.id}`)).status).toBe(200);
  expect(await app.api.request('DELETE', `/api/runs/${run!.id}`)).toMatchObject(problem('NOT_FOUND'));
});

it('keeps what has not ended', async () => {
  await app.api.request('PATCH', '/api/objects/webhook/broken', { enabled: false });
  await app.api.put('/api/objects/cmdb/1', { settings: { ram: 1 } });
  const [held] = await app.api.runsIn('held');
  expect(await app.api.request('DELETE', `/api/runs/${held!.id}`)).toMatchObject(
    problem('RUN_NOT_ENDED', { detail: `run ${held!.id} is held` }),
  );
});
