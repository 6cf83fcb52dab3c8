import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import { adminToken, startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';
import { openEventSource } from '../../../test/support/event-source.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

let api: ApiApp;
let url: string;

const open = (query = '', lastEventId?: string) =>
  openEventSource(`${url}/api/stream${query}`, {
    token: adminToken,
    ...(lastEventId !== undefined && { lastEventId }),
  });
const emit = async (object: string, data: object = {}): Promise<string> => {
  const { status, body } = await api.send('POST', '/api/events', { type: 'lamp.lit', object, data });
  expect(status).toBe(202);
  return body.id;
};

beforeAll(async () => {
  api = await startApi([lampPlugin], {
    adminToken,
    stream: {
      ...{ maxStreams: 2, maxBuffered: 400_000, heartbeatMs: 20 },
      replay: { maxAgeMs: 60_000, maxChanges: 200 },
    },
  });
  await api.app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${String((api.app.getHttpServer().address() as AddressInfo).port)}`;
  await api.send('PUT', '/api/objects/lamp/hall', {});
  await api.send('PUT', '/api/tasks/on', {
    action: 'lamp.light',
    target: { object: 'hall' },
    settings: { level: 'high' },
  });
  await api.send('PUT', '/api/triggers/on', { event: 'lamp.lit', object: 'hall', task: 'on' });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

describe('GET /api/stream', () => {
  it('tells of events and runs as they happen', async () => {
    await using source = await open();
    await source.wait('open');
    expect(source).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-request-id': expect.any(String),
      },
    });
    const id = await emit('hall', { level: 'low' });
    const [event] = await source.wait('event');
    const [run] = await source.wait('run');
    expect(event).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      data: { id, type: 'lamp.lit', object: 'hall' },
    });
    expect(run?.data).toMatchObject({
      ...{ state: 'pending', task: { id: 'on' }, target: 'lamp/hall' },
      event: { id, type: 'lamp.lit', object: 'hall' },
    });
  });

  it.each([
    ['?kinds=event', ['event attic', 'event hall', 'event attic']],
    ['?kinds=run,attempt', ['run hall']],
    ['?object=lamp/attic', ['event attic', 'event attic']],
    ['?object=lamp/hall&type=lamp.lit', ['event hall', 'run hall']],
    ['?type=lamp.broken', []],
    ['?task=on&state=pending,running', ['run hall']],
    ['?state=failed', []],
  ])('tells only what was asked for: %s', async (query, told) => {
    await using source = await open(query);
    await using all = await open();
    await Promise.all([source.wait('open'), all.wait('open')]);
    for (const object of ['attic', 'hall', 'attic']) await emit(object);
    await all.wait('event', 3);
    // What is told to one is told to all of them at the same time.
    await waitFor(
      () => Promise.resolve(source.events.length === told.length + 1),
      () => source.text(),
    );
    expect(
      source.events
        .slice(1)
        .map(({ name, data }) => `${name} ${String(name === 'run' ? data.event.object : data.object)}`),
    ).toEqual(told);
  });

  it('goes on after the last that a reader has been told', async () => {
    let last: string | undefined;
    {
      await using source = await open();
      await source.wait('open');
      await emit('attic');
      last = (await source.wait('event'))[0]?.id;
    }
    const missed = [await emit('hall'), await emit('attic')];
    await using again = await open('?kinds=event,run', last);
    await again.wait('event', 3);
    const then = await emit('attic');
    await waitFor(() => Promise.resolve(again.events.some(({ data }) => data.id === then)), again.text);
    const names = again.events.map(({ name, data }) => (name === 'event' ? String(data.id) : name));
    expect(names[0]).toBe('open');
    // A few before the last may come once more; the order stays.
    expect(names.filter((name) => [...missed, then, 'reset'].includes(name))).toEqual([...missed, then]);
    expect(names.indexOf('run')).toBeGreaterThan(0);
  });

  it.each([
    ['too_old', () => String(Date.now() - 61_000)],
    ['unknown_id', () => 'x'],
  ])('says so when it cannot go on: %s', async (reason, id) => {
    await using source = await open('', id());
    expect((await source.wait('reset'))[0]).toMatchObject({ data: { reason } });
  });

  it('says so when a reader has missed too much', async () => {
    const since = String(Date.now());
    const many = Array.from({ length: 201 }, () => ({ type: 'lamp.lit', object: 'attic' }));
    expect(await api.send('POST', '/api/events', many)).toMatchObject({ status: 202 });
    await using source = await open('', since);
    expect((await source.wait('reset'))[0]).toMatchObject({ data: { reason: 'too_many' } });
    await emit('attic');
    expect(await source.wait('event')).toHaveLength(1);
  });

  it('sends heartbeats, which say where to go on', async () => {
    await using source = await open('?kinds=attempt');
    await waitFor(() => Promise.resolve(/: heartbeat\nid: \d+\n\n/.test(source.text())), source.text);
  });

  it('opens no more streams than it may, and one more when one is closed', async () => {
    await using first = await open();
    {
      await using second = await open();
      expect([first.status, second.status]).toEqual([200, 200]);
      const refused = await api.send('GET', '/api/stream');
      expect(refused).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
    }
    await waitFor(
      async () => {
        await using source = await open();
        return source.status === 200;
      },
      () => 'a stream that may be opened again',
    );
  });

  it('cuts off a reader that does not read, and nobody else', async () => {
    await using slow = await open('?kinds=event');
    await using quick = await open('?kinds=event');
    await Promise.all([slow.wait('open'), quick.wait('open')]);
    slow.pause();
    const by = 'x'.repeat(200_000);
    const tooSlow = () => api.log.some(({ message }) => message.includes('reads too slowly'));
    let sent = 0;
    await waitFor(
      async () => {
        await emit('attic', { by });
        sent++;
        return tooSlow();
      },
      () => `a reader cut off after ${String(sent)} events`,
    );
    expect((await quick.wait('event', sent)).length).toBe(sent);
    expect(quick.ended()).toBe(false);
  });

  it.each([
    ['?kinds=events', 'kinds'],
    ['?state=done', 'state'],
    ['?object=hall', 'object'],
    ['?type=lit', 'type'],
    ['?since=1', 'since'],
  ])('refuses %s', async (query, field) => {
    expect(await api.send('GET', `/api/stream${query}`)).toMatchObject({
      status: 400,
      body: { code: 'QUERY_INVALID', field },
    });
  });

  it('ends when the token is revoked that it was opened with', async () => {
    const { body } = await api.send('POST', '/api/tokens', { name: 'screen', scopes: ['read'] });
    await using source = await openEventSource(`${url}/api/stream`, { token: body.token });
    await source.wait('open');
    await api.send('DELETE', `/api/tokens/${body.id}`);
    await emit('attic', { secret: 'not for a token that is revoked' });
    await waitFor(
      () => Promise.resolve(source.ended()),
      () => 'the end of the stream',
    );
    expect(source.text()).not.toContain('revoked');
  });

  it('ends with the server', async () => {
    const other = await startApi([lampPlugin]);
    await other.app.listen(0, '127.0.0.1');
    const { port } = other.app.getHttpServer().address() as AddressInfo;
    await using source = await openEventSource(`http://127.0.0.1:${String(port)}/api/stream`, {
      token: adminToken,
    });
    await source.wait('open');
    await other[Symbol.asyncDispose]();
    await waitFor(
      () => Promise.resolve(source.ended()),
      () => 'the end of the stream',
    );
  });
});
