import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problem } from '../support/problem.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

type Data = Readonly<Record<string, unknown>>;

const disks = [
  { name: 'sda', used: 95 },
  { name: 'sdb', used: 10 },
];

describe('a filter', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({
      config: {
        plugins: ['vm', 'webhook', { use: `${import.meta.dirname}/../fixtures/plugins/power-strip` }],
        objects: {
          'outlet/left': { settings: { url: 'http://127.0.0.1:9', pin: '4711', room: 'lab' } },
          'webhook/ops': { enabled: false, settings: { url: 'https://example.com' } },
          'vm/gpu-01': {
            name: 'GPU 01',
            tags: ['vms/gpu', 'site/north'],
            settings: { host: 'node-7', rack: { row: 3 } },
          },
          'vm/mail': {},
        },
        tasks: { tell: { action: 'webhook.send', target: { object: 'ops' } } },
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  const put = (filter: unknown) =>
    app.api.request('PUT', '/api/triggers/filtered', { event: 'vm.error', filter, task: 'tell' });

  const passes = async (event: object): Promise<boolean> =>
    (await app.api.publish({ type: 'vm.error', object: 'gpu-01', ...event })).runs === 1;

  it.each<[filter: object, fits: Data, not: Data]>([
    [{ 'data.level': 'critical' }, { level: 'critical' }, { level: 'error' }],
    [{ 'data.level': null }, {}, { level: 'error' }],
    [{ 'data.code': 7 }, { code: 7 }, { code: '7' }],
    [{ 'data.codes': 7 }, { codes: [1, 7] }, { codes: [1, 2] }],
    [{ 'data.disks.name': 'sda' }, { disks }, { disks: disks.slice(1) }],
    [{ 'data.disks.0.name': 'sda' }, { disks }, { disks: disks.toReversed() }],
    [{ data: { $eq: { level: 'error' } } }, { level: 'error' }, { level: 'error', more: 1 }],
    [{ 'data.level': { $eq: 'error' } }, { level: 'error' }, {}],
    [{ 'data.level': { $ne: 'message' } }, { level: 'error' }, { level: 'message' }],
    [{ 'data.used': { $gt: 80 } }, { used: 81 }, { used: 80 }],
    [{ 'data.used': { $gte: 80, $lt: 95 } }, { used: 80 }, { used: 95 }],
    [{ 'data.used': { $lte: 80 } }, { used: 80 }, { used: '80' }],
    [{ 'data.at': { $gt: '2026-01' } }, { at: '2026-03-01' }, { at: '2025-12-31' }],
    [{ 'data.level': { $in: ['critical', 'error'] } }, { level: 'error' }, { level: 'message' }],
    [{ 'data.level': { $nin: ['critical', 'error'] } }, { level: 'message' }, { level: 'error' }],
    [{ 'data.ticket': { $exists: false } }, {}, { ticket: null }],
    [{ 'data.ticket': { $exists: true } }, { ticket: null }, {}],
    [{ 'data.used': { $type: 'number' } }, { used: 1 }, { used: '1' }],
    [{ 'data.name': { $regex: '^gpu-\\d+$' } }, { name: 'gpu-01' }, { name: 'GPU-01' }],
    [{ 'data.name': { $regex: '^gpu', $options: 'i' } }, { name: 'GPU-01' }, { name: 'a gpu' }],
    [{ 'data.count': { $mod: [10, 0] } }, { count: 20 }, { count: 21 }],
    [{ 'data.list': { $size: 2 } }, { list: [1, 2] }, { list: [1] }],
    [{ 'data.list': { $all: ['a', 'b'] } }, { list: ['b', 'c', 'a'] }, { list: ['a'] }],
    [
      { 'data.disks': { $elemMatch: { name: 'sda', used: { $gt: 90 } } } },
      { disks },
      {
        disks: [
          { name: 'sda', used: 10 },
          { name: 'sdb', used: 95 },
        ],
      },
    ],
    [{ 'data.used': { $not: { $gt: 90 } } }, { used: 90 }, { used: 91 }],
    [{ $or: [{ 'data.level': 'critical' }, { 'data.used': { $gt: 90 } }] }, { used: 91 }, { level: 'error' }],
    [{ $and: [{ 'data.a': 1 }, { 'data.b': 2 }] }, { a: 1, b: 2 }, { a: 1 }],
    [{ $nor: [{ 'data.a': 1 }, { 'data.b': 2 }] }, { a: 2 }, { b: 2 }],
    [{ 'data.a': 1, 'data.b': 2 }, { a: 1, b: 2 }, { b: 2 }],
  ])('%j lets %j through and not %j', async (filter, fits, not) => {
    expect((await put(filter)).status).toBeLessThan(300);
    expect({ fits: await passes({ data: fits }), not: await passes({ data: not }) }).toEqual({
      fits: true,
      not: false,
    });
  });

  it.each<[filter: object, fits: object, not: object]>([
    [{ 'object.tags': 'site/north' }, {}, { object: 'mail' }],
    [{ 'object.tags': { $all: ['vms/gpu', 'site/north'] } }, {}, { object: 'mail' }],
    [{ 'object.tags': { $size: 0 } }, { object: 'mail' }, {}],
    [{ 'object.name': 'GPU 01' }, {}, { object: 'mail' }],
    [{ 'object.key': { $regex: '^gpu-' } }, {}, { object: 'mail' }],
    [{ 'object.type': 'vm', 'object.settings.host': 'node-7' }, {}, { object: 'mail' }],
    [{ 'object.settings.rack.row': { $lt: 5 } }, {}, { object: 'mail' }],
    [{ source: 'hypervisor-1' }, { source: 'hypervisor-1' }, {}],
    [
      { type: 'vm.error', time: { $lt: '2026-02' } },
      { time: '2026-01-31T23:00:00Z' },
      { time: '2026-02-01T00:00:00Z' },
    ],
    // As text in UTC.
    [{ time: { $regex: '^2026-01-31T23' } }, { time: '2026-02-01T00:30:00+01:00' }, {}],
  ])('%j lets the event with %j through and not that with %j', async (filter, fits, not) => {
    expect((await put(filter)).status).toBeLessThan(300);
    expect({ fits: await passes(fits), not: await passes(not) }).toEqual({ fits: true, not: false });
  });

  it('sees the settings and tags that the object has now', async () => {
    await put({ 'object.settings.host': 'node-9', 'object.tags': 'site/south' });
    expect(await passes({ object: 'moved' })).toBe(false);
    await app.api.put('/api/objects/vm/moved', { settings: { host: 'node-9' }, tags: ['site/south'] });
    expect(await passes({ object: 'moved' })).toBe(true);
    await app.api.put('/api/objects/vm/moved', { settings: { host: 'node-8' }, tags: ['site/south'] });
    expect(await passes({ object: 'moved' })).toBe(false);
  });

  it('sees no secrets of the object', async () => {
    const overheated = { type: 'outlet.overheated', object: 'left' };
    const save = (filter: object) =>
      app.api.put('/api/triggers/hot', { event: 'outlet.overheated', filter, task: 'tell' });
    await save({ 'object.settings.room': 'lab' });
    expect(await passes(overheated)).toBe(true);
    await save({ 'object.settings.pin': { $exists: true } });
    expect(await passes(overheated)).toBe(false);
    await save({ 'object.settings.pin': '4711' });
    expect(await passes(overheated)).toBe(false);
  });

  it('does not take long, whatever the pattern and the text', async () => {
    await put({ 'data.text': { $regex: '^(a+)+$' } });
    expect(await passes({ data: { text: `${'a'.repeat(50_000)}!` } })).toBe(false);
    expect(await passes({ data: { text: 'a'.repeat(50_000) } })).toBe(true);
  });

  it.each<[filter: unknown, field: string]>([
    [{ 'data.level': { $foo: 1 } }, 'filter.data.level.$foo'],
    [{ $where: 'true' }, 'filter.$where'],
    [{ 'data.x': { $where: 'true' } }, 'filter.data.x.$where'],
    [{ $or: [] }, 'filter.$or'],
    [{ $or: [{ 'data.a': 1 }, { level: 1 }] }, 'filter.$or[1].level'],
    [{ level: 'critical' }, 'filter.level'],
    [{ data: { level: 'critical' } }, 'filter.data'],
    [{ 'data.x': { $in: 'a' } }, 'filter.data.x.$in'],
    [{ 'data.x': { $regex: '(' } }, 'filter.data.x.$regex'],
    [{ 'data.x': { $regex: '(?=a)' } }, 'filter.data.x.$regex'],
    [{ 'data.x': { $regex: 'a'.repeat(1_001) } }, 'filter.data.x.$regex'],
    [{ 'data.x': { $exists: 1 } }, 'filter.data.x.$exists'],
    [{ 'data.toString.x': 1 }, 'filter.data.toString.x'],
    [{ 'data..x': 1 }, 'filter.data..x'],
  ])('%j is refused, with the place of the mistake', async (filter, field) => {
    await put({ 'data.kept': true });
    expect(await put(filter)).toMatchObject(problem('FILTER_INVALID', { field }));
    // What was there stays.
    expect({ kept: await passes({ data: { kept: true } }), other: await passes({}) }).toEqual({
      kept: true,
      other: false,
    });
  });
});
