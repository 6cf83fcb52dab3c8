import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { waitFor } from '../support/wait-for.ts';

const mirror = join(import.meta.dirname, '../fixtures/plugins/mirror/index.ts');

interface Link {
  readonly id: string;
  readonly depth: number;
  readonly causedBy?: string;
  readonly stopped?: true;
}

it('a task that sets itself off is stopped after eight times, and the chain can be followed', async () => {
  await using app = await startSignalbox({ config: { plugins: [mirror] } });
  await app.api.put('/api/objects/mirror/m', {});
  await app.api.put('/api/tasks/reflect', { action: 'mirror.reflect', target: { object: 'm' } });
  await app.api.put('/api/triggers/reflect', { event: 'mirror.seen', task: 'reflect' });
  await app.api.emit({ type: 'mirror.seen', object: 'm' });
  let links: readonly Link[] = [];
  await waitFor(
    async () => {
      links = (await app.api.get<{ items: Link[] }>('/api/events?type=mirror.seen')).body.items.toReversed();
      return links.length === 10;
    },
    () => `ten events, got ${String(links.length)}`,
  );
  expect(links.map(({ depth }) => depth)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(links.map(({ stopped = false }) => stopped)).toEqual([...Array<boolean>(9).fill(false), true]);
  expect(links.slice(1).map(({ causedBy }) => causedBy)).toEqual(links.slice(0, 9).map(({ id }) => id));
  expect((await app.api.get(`/api/events/${links[9]!.id}`)).body).toMatchObject({ stopped: true, runs: [] });
  expect(await app.api.runs()).toHaveLength(9);
});

it('a chain that leads over the network is stopped, too, when what reports to Signalbox passes the cause on', async () => {
  await using receiver = await startReceiver();
  await using app = await startSignalbox();
  await app.api.put('/api/objects/webhook/app', { settings: { url: receiver.url } });
  await app.api.put('/api/tasks/call', { action: 'webhook.send', target: { object: 'app' } });
  await app.api.put('/api/triggers/call', { event: 'vm.status_change', task: 'call' });
  let last = await app.api.publish({ type: 'vm.status_change', object: 'm' });
  // The application reports what the call has done to the machine.
  for (let n = 1; last.runs > 0; n++) {
    const cause = String((await receiver.got(n))[n - 1]!.headers['signalbox-cause']);
    const [id, depth] = cause.split(';depth=');
    expect(id).toBe(last.id);
    last = await app.api.publish({
      ...{ type: 'vm.status_change', object: 'm' },
      causedBy: { id, depth: Number(depth) },
    });
  }
  expect(receiver.deliveries).toHaveLength(9);
  expect((await app.api.get(`/api/events/${last.id}`)).body).toMatchObject({ depth: 9, stopped: true });
});

it.each([
  5,
  'e1',
  {},
  { id: 'e1' },
  { id: 'e1', depth: -1 },
  { id: 'e 1', depth: 1 },
  { id: 'e', depth: 1, x: 1 },
])('refuses the cause %j', async (causedBy) => {
  await using app = await startSignalbox();
  const answer = await app.api.request('POST', '/api/events', { type: 'vm.error', object: 'm', causedBy });
  expect(answer).toMatchObject({ status: 422, body: { code: 'EVENT_INVALID', field: 'causedBy' } });
});

it('a receiver that changes an object, and hands back the cause, does not begin the chain anew', async () => {
  await using app = await startSignalbox({ config: { plugins: ['cmdb', 'system', 'webhook'] } });
  const cause = { 'signalbox-cause': '0199ed2b-6f6e-7000-8000-000000000001;depth=3' };
  const told = { depth: 4, causedBy: '0199ed2b-6f6e-7000-8000-000000000001' };
  await app.api.request('PUT', '/api/objects/cmdb/c1', { settings: { a: 1 } }, cause);
  await app.api.request('PUT', '/api/objects/cmdb/c2', { settings: { a: 1 } });
  expect((await app.api.get('/api/events?object=c1')).body).toMatchObject({ items: [told] });
  expect((await app.api.get('/api/events?object=c2')).body).toMatchObject({ items: [{ depth: 0 }] });
  await app.api.put('/api/objects/webhook/ops', { settings: { url: 'http://127.0.0.1:9/' } });
  const task = { action: 'webhook.send', target: { object: 'ops' } };
  await app.api.request('PUT', '/api/tasks/t', task, cause);
  await waitFor(
    async () => {
      const { body } = await app.api.get<{ items: object[] }>('/api/events?type=system.log');
      return body.items.length > 0;
    },
    () => 'the log entry',
  );
  expect((await app.api.get('/api/events?type=system.log')).body).toMatchObject({ items: [told] });
  await app.api.request(
    'POST',
    '/api/events',
    { type: 'cmdb.deleted', object: 'x', data: { object_before: {} } },
    cause,
  );
  expect((await app.api.get('/api/events?object=x')).body).toMatchObject({ items: [told] });
});

it('a chain that comes in too long is told of in the system log, once', async () => {
  await using app = await startSignalbox({ config: { plugins: [mirror, 'system'] } });
  await app.api.put('/api/objects/mirror/m', {});
  const causedBy = { id: '01890000-0000-7000-8000-000000000001', depth: 19 };
  const id = await app.api.emit({ type: 'mirror.seen', object: 'm', causedBy });
  await app.api.emit({ type: 'mirror.seen', object: 'm', causedBy: { id, depth: 20 } });
  const told = async () => {
    const { body } = await app.api.get<{ items: { data: Record<string, unknown> }[] }>(
      '/api/events?type=system.log',
    );
    return body.items.map(({ data }) => data).filter(({ type }) => type === 'chain');
  };
  await waitFor(
    async () => (await told()).length > 0,
    () => 'an entry about it',
  );
  expect(await told()).toMatchObject([{ event: id, depth: 20 }]);
});
