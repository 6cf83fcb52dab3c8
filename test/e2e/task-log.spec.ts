import { expect, it } from '@jest/globals';
import { movableClock } from 'signalbox/sdk/testing';
import { auditLog } from '../support/audit-log.ts';
import { ApiClient } from '../support/api-client.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';

interface Entry {
  readonly id: string;
  readonly kind: 'run' | 'change';
  readonly time: string;
  readonly task: { readonly id: string; readonly name: string };
  readonly state?: string;
  readonly change?: string;
}

async function log(api: ApiClient, query = ''): Promise<readonly Entry[]> {
  return (await api.get<{ items: readonly Entry[] }>(`/api/task-logs?limit=100${query}`)).body.items;
}

/** `created tell`, `succeeded tell` */
const asLine = ({ change, state, task }: Entry): string => `${String(change ?? state)} ${task.id}`;

const plugins = ['vm', 'webhook', 'schedule'];

it('lists runs and changes of tasks in the order of time, in pages, and narrows them', async () => {
  await using receiver = await startReceiver({
    respond: ({ body }) => ({ status: body.includes('refused') ? 400 : 200 }),
  });
  await using app = await startSignalbox({ config: { plugins } });
  const { api } = app;
  await api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
  const task = {
    action: 'webhook.send',
    target: { object: 'ops' },
    settings: { message: { text: '${event.data.message}' } },
  };
  await api.put('/api/tasks/tell', { ...task, name: 'Tell the operators' });
  await api.put('/api/tasks/other', task);
  await api.put('/api/triggers/tell', { event: 'vm.error', task: 'tell' });
  const first = await api.emit({ type: 'vm.error', object: 'gpu-01', data: { message: 'taken' } });
  await api.runsOf(first);
  await api.put('/api/tasks/tell', { ...task, name: 'Tell them' });
  const second = await api.emit({ type: 'vm.error', object: 'gpu-02', data: { message: 'refused' } });
  await api.runsOf(second);
  await api.request('DELETE', '/api/tasks/other');

  const all = await log(api);
  const lines = [
    'removed other',
    'failed tell',
    'updated tell',
    'succeeded tell',
    'created other',
    'created tell',
  ];
  expect(all.map(asLine)).toEqual(lines);
  expect(all.map(({ time }) => time)).toEqual(
    all
      .map(({ time }) => time)
      .toSorted()
      .toReversed(),
  );
  const [removed, failed, updated, succeeded] = all;
  expect(succeeded).toMatchObject({
    kind: 'run',
    task: { name: 'Tell the operators' },
    target: 'webhook/ops',
    event: { id: first, type: 'vm.error', object: 'gpu-01' },
    trigger: 'tell',
    durationMs: expect.any(Number),
    responseStatus: 200,
  });
  expect(failed).toMatchObject({ reason: expect.stringContaining('400') });
  expect(updated).toMatchObject({
    kind: 'change',
    task: { id: 'tell', name: 'Tell them' },
    actor: 'token/SIGNALBOX_ADMIN_TOKEN',
    changed: ['name'],
  });

  let pages: readonly Entry[] = [];
  let cursor: string | undefined = '';
  for (let page = 0; page < 10 && cursor !== undefined; page++) {
    const path: string = `/api/task-logs?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const answer: { items: readonly Entry[]; next?: string } = (await api.get<typeof answer>(path)).body;
    pages = [...pages, ...answer.items];
    cursor = answer.next;
  }
  expect(pages).toEqual(all);

  const narrowed = async (query: string): Promise<readonly string[]> => (await log(api, query)).map(asLine);
  expect(await narrowed('&kind=run')).toEqual(['failed tell', 'succeeded tell']);
  expect(await narrowed('&kind=change&task=tell')).toEqual(['updated tell', 'created tell']);
  expect(await narrowed('&task=other')).toEqual(['removed other', 'created other']);
  expect(await narrowed('&state=failed,held')).toEqual(['failed tell']);
  expect(await narrowed('&target=webhook/ops')).toEqual(['failed tell', 'succeeded tell']);
  expect(await narrowed('&target=webhook/none')).toEqual([]);
  expect(await narrowed('&search=REFUSED')).toEqual(['failed tell']);
  expect(await narrowed('&search=tell%20them')).toEqual(['failed tell', 'updated tell']);
  expect(await narrowed(`&to=${all.at(-1)!.time}`)).toEqual([]);
  expect(await narrowed(`&from=${removed!.time}`)).toContain('removed other');
  for (const query of ['kind=car', 'state=flown', 'target=x', 'cursor=x'])
    expect((await api.get(`/api/task-logs?${query}`)).status).toBe(400);
});

it('does not let those who only read ask for what the audit log alone shows', async () => {
  await using app = await startSignalbox();
  await app.api.put('/api/objects/webhook/ops', { settings: { url: 'http://127.0.0.1:9/' } });
  await app.api.put('/api/tasks/tell', { action: 'webhook.send', target: { object: 'ops' } });
  const { body } = await app.api.request<{ token: string }>('POST', '/api/tokens', {
    name: 'screen',
    scopes: ['read'],
  });
  const reader = new ApiClient(app.url, body.token);
  const found = async (search: string): Promise<number> => {
    const path = `/api/task-logs?kind=change&search=${search}`;
    return (await reader.get<{ items: readonly unknown[] }>(path)).body.items.length;
  };
  expect(await found('tell')).toBe(1);
  expect(await found('127.0.0.1')).toBe(0);
  expect(await found('webhook.send')).toBe(0);
});

it('deletes runs that have ended, never what tells of a change', async () => {
  await using receiver = await startReceiver();
  await using app = await startSignalbox({ config: { plugins } });
  const { api } = app;
  await api.put('/api/objects/webhook/ops', { settings: { url: receiver.url } });
  await api.put('/api/objects/webhook/off', { enabled: false, settings: { url: receiver.url } });
  await api.put('/api/tasks/tell', { action: 'webhook.send', target: { object: 'ops' } });
  await api.put('/api/tasks/wait', { action: 'webhook.send', target: { object: 'off' } });
  for (const task of ['tell', 'wait'])
    await api.runsOf((await api.request<{ id: string }>('POST', `/api/tasks/${task}/run`)).body.id);
  const entries = await log(api);
  const idOf = (line: string): string => entries.find((entry) => asLine(entry) === line)!.id;
  const remove = (id: string) => api.request('DELETE', `/api/task-logs/${id}`);
  expect(await remove(idOf('succeeded tell'))).toMatchObject({ status: 204 });
  expect(await remove(idOf('held wait'))).toMatchObject({ status: 409, body: { code: 'RUN_NOT_ENDED' } });
  expect(await remove(idOf('created tell'))).toMatchObject({ status: 409, body: { code: 'AUDIT_KEPT' } });
  expect(await remove(idOf('succeeded tell'))).toMatchObject({ status: 404 });
  expect((await api.get(`/api/task-logs/${idOf('created tell')}`)).body).toEqual(
    entries.find((entry) => asLine(entry) === 'created tell'),
  );
  expect((await api.get(`/api/task-logs/${idOf('held wait')}`)).body).toMatchObject({
    kind: 'run',
    state: 'held',
  });
  expect((await log(api)).map(asLine)).toEqual(['held wait', 'created wait', 'created tell']);
  const [removal] = (await auditLog(api, '&action=removed')).toReversed();
  expect(removal).toMatchObject({ resource: { kind: 'run', id: idOf('succeeded tell') } });
});

it('tells which schedule has caused a run, and of tasks that the configuration brought', async () => {
  await using receiver = await startReceiver();
  const clock = movableClock('2027-03-01T06:59:00Z');
  const config = {
    plugins,
    objects: {
      'webhook/ops': { settings: { url: receiver.url } },
      'schedule/soon': { settings: { once: '2027-03-01T08:00', zone: 'Europe/Berlin' } },
    },
    tasks: { tell: { action: 'webhook.send', target: { object: 'ops' } } },
    triggers: { soon: { event: 'schedule.due', object: 'soon', task: 'tell' } },
  };
  await using app = await startSignalbox({ config, clock });
  clock.set('2027-03-01T07:00:00Z');
  const run = await waitFor(
    async () => (await log(app.api, '&state=succeeded'))[0],
    () => 'the run of the schedule',
  );
  expect(run).toMatchObject({ event: { type: 'schedule.due', object: 'soon' }, trigger: 'soon' });
  expect(await log(app.api, '&kind=change')).toMatchObject([
    { change: 'created', task: { id: 'tell' }, actor: 'config' },
  ]);
});
