import { describe, expect, it } from '@jest/globals';
import type { PublishedView } from '../support/api-client.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const event = { type: 'vm.power_on', object: 'gpu-01', source: 'hypervisor-1', id: '4711' };

async function batch(app: TestSignalbox, events: readonly object[]): Promise<readonly PublishedView[]> {
  const answer = await app.api.request<{ events: PublishedView[] }>('POST', '/api/events', events);
  expect(answer.status).toBe(202);
  return answer.body.events;
}

async function stored(app: TestSignalbox): Promise<readonly { id: string; data: unknown }[]> {
  return (await app.api.get<{ items: { id: string; data: unknown }[] }>('/api/events')).body.items;
}

describe('an event whose source and id have come before', () => {
  it('gets the id of the stored event, changes nothing and fires nothing', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({ config: tellOps(receiver.url) });
    const first = await app.api.publish({ ...event, data: { n: 1 } });
    expect(first).toMatchObject({ duplicate: false, runs: 1 });
    await app.api.runsOf(first.id);

    const second = await app.api.publish({ ...event, data: { n: 2 } });
    expect(second).toEqual({ id: first.id, duplicate: true, runs: 0 });
    expect(await app.api.publish({ ...event, type: 'vm.error' })).toEqual(second);
    expect(await stored(app)).toMatchObject([{ id: first.id, type: 'vm.power_on', data: { n: 1 } }]);
    expect(await app.api.runs()).toHaveLength(1);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('is known whatever the form in which it comes', async () => {
    await using app = await startSignalbox();
    const { type, object: subject, source, id } = event;
    const first = await app.api.publish(event);
    const structured = await app.api.request(
      'POST',
      '/api/events',
      { specversion: '1.0', type, subject, source, id },
      { 'content-type': 'application/cloudevents+json' },
    );
    expect(structured.body).toEqual({ id: first.id, duplicate: true, runs: 0 });
    const binary = await app.api.request(
      'POST',
      '/api/events',
      {},
      { 'ce-specversion': '1.0', 'ce-type': type, 'ce-subject': subject, 'ce-source': source, 'ce-id': id },
    );
    expect(binary.body).toEqual({ id: first.id, duplicate: true, runs: 0 });
  });

  it('is known within one batch', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({ config: tellOps(receiver.url) });
    const results = await batch(app, [event, { ...event, id: '4712' }, event, event]);
    expect(results.map(({ duplicate, runs }) => [duplicate, runs])).toEqual([
      [false, 1],
      [false, 1],
      [true, 0],
      [true, 0],
    ]);
    expect(results[2]!.id).toBe(results[0]!.id);
    expect(results[3]!.id).toBe(results[0]!.id);
    expect(await stored(app)).toHaveLength(2);
  });

  it('is stored once and fires once when many send it at the same time', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({ config: tellOps(receiver.url) });
    const answers = await Promise.all(Array.from({ length: 30 }, () => app.api.publish(event)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(answers.reduce((sum, { runs }) => sum + runs, 0)).toBe(1);
    await app.api.runsOf(answers[0]!.id);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('is known after a restart', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    const options = { config: tellOps(receiver.url), data: folder.path };
    let id: string;
    {
      await using app = await startSignalbox(options);
      id = await app.api.emit(event);
      await app.api.runsOf(id);
    }
    await using again = await startSignalbox(options);
    expect(await again.api.publish(event)).toEqual({ id, duplicate: true, runs: 0 });
    expect(await again.api.runs()).toHaveLength(1);
    expect(receiver.deliveries).toHaveLength(1);
  });
});

describe('an event is new', () => {
  it('when another source has the same id, or the same source has none', async () => {
    await using app = await startSignalbox();
    const results = await batch(app, [
      event,
      { ...event, source: 'hypervisor-2' },
      { ...event, source: undefined },
      { ...event, id: undefined },
      { ...event, id: undefined },
      { ...event, id: undefined, source: undefined },
    ]);
    expect(results.filter(({ duplicate }) => duplicate)).toEqual([]);
    expect(await stored(app)).toHaveLength(6);
  });
});
