import { describe, expect, it } from '@jest/globals';
import type { InboundEvent, JsonObject, z } from 'signalbox/sdk';
import { startPlugin, type InboundPost } from 'signalbox/sdk/testing';
import plugin, { generic } from './index.ts';

const auth = { type: 'bearer', token: 'a-token-of-16-characters' } as const;

type Settings = z.input<NonNullable<typeof generic.settings>>;

async function eventsOf(settings: object, post: InboundPost): Promise<readonly InboundEvent[]> {
  await using started = await startPlugin(plugin);
  const object = { settings: { auth, ...settings } as Settings };
  return started.readInbound('generic', { object, ...post });
}

async function eventOf(event: object, body: unknown, more: object = {}): Promise<InboundEvent | undefined> {
  const events = await eventsOf({ events: [{ type: 'vm.error', ...event }], ...more }, { body });
  expect(events.length).toBeLessThan(2);
  return events[0];
}

function issuesOf(settings: object): readonly string[] {
  const result = generic.settings!.safeParse({ auth, events: [{ type: 'vm.error' }], ...settings });
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('an event', () => {
  it('is made of the whole body unless the mapping says otherwise', async () => {
    expect(await eventOf({}, { a: [1] })).toEqual({ type: 'vm.error', data: { a: [1] } });
  });

  it('takes type, object, id, time and data from the body', async () => {
    const mapping = {
      type: 'vm.${body.what}',
      object: '${body.vm}',
      id: '${body.vm}-${body.n}',
      time: '${body.at}',
      data: { by: '${body.user}', fixed: 1, text: '${body.user} did ${body.what}' },
    };
    const body = { what: 'power_on', vm: 'gpu-01', n: 7, at: '2026-03-01T12:00:00+01:00', user: 'jt' };
    expect(await eventOf(mapping, body)).toEqual({
      type: 'vm.power_on',
      object: 'gpu-01',
      id: 'vm.power_on/gpu-01/gpu-01-7',
      time: new Date('2026-03-01T11:00:00Z'),
      data: { by: 'jt', fixed: 1, text: 'jt did power_on' },
    });
  });

  it('can take parts of headers, whatever their case, and the digest of the body', async () => {
    const events = await eventsOf(
      { events: [{ type: 'vm.error', id: '${digest}', data: { from: '${headers["x-origin"]}' } }] },
      { body: '{}', headers: { 'X-Origin': 'lab' } },
    );
    expect(events).toEqual([
      {
        type: 'vm.error',
        data: { from: 'lab' },
        id: 'vm.error/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      },
    ]);
  });

  it('has no object and no id where they cannot be filled in, so that it is rather twice than not at all', async () => {
    const mapping = { object: '${body.vm}', id: '${body.vm}-${body.n}', data: {} };
    expect(await eventOf(mapping, { n: 1 })).toEqual({ type: 'vm.error', data: {} });
    expect(await eventOf(mapping, { vm: null, n: 1 })).toEqual({ type: 'vm.error', data: {} });
  });

  it('without a type is refused', async () => {
    await expect(eventOf({ type: 'vm.${body.what}' }, {})).rejects.toThrow(
      'settings.events[0].type: vm.${body.what} leads nowhere in this body',
    );
  });
});

describe('data', () => {
  const body = { n: 3, none: null, list: [{ a: 1 }], text: 'x', 'odd key': true };
  it.each<[unknown, unknown]>([
    ['${body.n}', 3],
    ['${body.none}', null],
    ['${body.list[0]}', { a: 1 }],
    ['${body.list.0.a}', 1],
    ['${body["odd key"]}', true],
    ["${ body['odd key'] }", true],
    ['n=${body.n}, list=${body.list}', 'n=3, list=[{"a":1}]'],
    ['${body.text}: ${body.missing}', 'x: ${body.missing}'],
    ['$${body.n}', '${body.n}'],
    [{ a: '${body.missing}', b: ['${body.missing}', 1] }, { b: [null, 1] }],
    [{ '${body.n}': true }, { '${body.n}': true }],
    [{ a: '${body.constructor}', b: '${body.list.length}', c: '${body.__proto__}' }, {}],
  ])('%j', async (data, expected) => {
    expect(await eventOf({ data }, body)).toEqual({ type: 'vm.error', data: expected });
  });
});

describe('a list', () => {
  const settings = {
    events: [
      { items: 'body.alerts', type: 'vm.error', id: '${digest}-${index}', data: { name: '${item.name}' } },
    ],
  };

  it('makes an event of each element', async () => {
    const events = await eventsOf(settings, { body: { alerts: [{ name: 'a' }, { name: 'b' }] } });
    expect(events.map(({ data }) => data)).toEqual([{ name: 'a' }, { name: 'b' }]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it('that is empty or not there says nothing', async () => {
    expect(await eventsOf(settings, { body: { alerts: [] } })).toEqual([]);
    expect(await eventsOf(settings, { body: {} })).toEqual([]);
  });

  it('that is none is refused', async () => {
    await expect(eventsOf(settings, { body: { alerts: 'x' } })).rejects.toThrow('settings.events[0].items');
  });
});

it('refuses to write more into texts than there is room for, whatever becomes of them', async () => {
  const body = { title: 'x'.repeat(400_000), list: Array.from({ length: 90 }, (_, n) => n) };
  const refusal = 'more than 32 million characters; post less at once';
  await expect(eventOf({ data: { text: '${body.title} '.repeat(90) } }, body)).rejects.toThrow(refusal);
  await expect(eventOf({ id: '${body.title} '.repeat(90) }, body)).rejects.toThrow(refusal);
  const values = { known: { from: '${body.title} ${item}', map: {} } };
  const dropped = { items: 'body.list', when: { 'values.known': true } };
  await expect(eventOf(dropped, body, { values })).rejects.toThrow(refusal);
  expect(await eventOf({ data: '${body.title} '.repeat(10) }, body)).toBeDefined();
});

describe('a condition', () => {
  const events = [
    { when: { 'body.status': 0 }, type: 'vm.error' },
    { when: { 'body.status': { $in: [1, 2] }, 'body.name': { $regex: '^gpu' } }, type: 'vm.power_on' },
  ];

  it('chooses the event', async () => {
    const typesOf = async (body: JsonObject) =>
      (await eventsOf({ events }, { body })).map(({ type }) => type);
    expect(await typesOf({ status: 0 })).toEqual(['vm.error']);
    expect(await typesOf({ status: 1, name: 'gpu-01' })).toEqual(['vm.power_on']);
    expect(await typesOf({ status: 1, name: 'web' })).toEqual([]);
  });

  it('sees the element, its place and the tables', async () => {
    const mapping = { items: 'body', when: { 'item.v': 5, index: 1, 'values.known': true } };
    const values = { known: { from: '${item.k}', map: { yes: true } } };
    const body = [
      { v: 5, k: 'yes' },
      { v: 5, k: 'yes' },
      { v: 5, k: 'no' },
    ];
    expect(await eventOf(mapping, body, { values })).toMatchObject({ data: { v: 5, k: 'yes' } });
  });
});

it('translates the words of other systems by tables', async () => {
  const values = {
    level: { from: '${body.severity}', map: { High: 'error', '5': 'critical' }, default: 'warning' },
  };
  const levelOf = async (severity: unknown) => {
    const event = await eventOf({ data: { level: '${values.level}' } }, { severity }, { values });
    return (event?.data as { level: string }).level;
  };
  expect(await levelOf('High')).toBe('error');
  expect(await levelOf(5)).toBe('critical');
  expect(await levelOf('odd')).toBe('warning');
  expect(await levelOf('constructor')).toBe('warning');
  expect(await levelOf(undefined)).toBe('warning');
});

describe('a time', () => {
  it.each<[unknown, string]>([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01 12:00:00.250 +0100', '2026-03-01T11:00:00.250Z'],
    ['2026-03-01 12:00:00', '2026-03-01T12:00:00.000Z'],
    [1_772_366_400, '2026-03-01T12:00:00.000Z'],
    [1_772_366_400_000, '2026-03-01T12:00:00.000Z'],
    ['1772366400', '2026-03-01T12:00:00.000Z'],
  ])('may be %j', async (at, expected) => {
    expect((await eventOf({ time: '${body.at}' }, { at }))?.time?.toISOString()).toBe(expected);
  });

  it('that is none is refused, one that is not there is now', async () => {
    await expect(eventOf({ time: '${body.at}' }, { at: 'noon' })).rejects.toThrow('"noon" is no time');
    expect(await eventOf({ time: '${body.at}' }, {})).not.toHaveProperty('time', expect.anything());
  });
});

describe('when it is saved, it is refused', () => {
  it.each<[string, object, string]>([
    ['without a credential', { auth: undefined }, 'auth'],
    ['with a short token', { auth: { type: 'bearer', token: 'short' } }, 'auth.token'],
    ['without a mapping', { events: [] }, 'events'],
    [
      'with an unknown root',
      { events: [{ type: 'vm.error', object: '${event.x}' }] },
      'events.0.object: "event.x"',
    ],
    [
      'with an expression',
      { events: [{ type: 'vm.error', id: '${body.a + 1}' }] },
      'events.0.id: "body.a + 1"',
    ],
    ['with an open brace', { events: [{ type: 'vm.error', data: { a: ['${body.a'] } }] }, 'no closing brace'],
    ['with a path that is none', { events: [{ type: 'vm.error', items: 'alerts' }] }, 'events.0.items'],
    ['with a misspelt field', { events: [{ type: 'vm.error', filter: {} }] }, 'Unrecognized key'],
    [
      'with a filter on nothing',
      { events: [{ type: 'vm.error', when: { status: 0 } }] },
      'write "body.status"',
    ],
    [
      'with an unknown operator',
      { events: [{ type: 'vm.error', when: { 'body.a': { $foo: 1 } } }] },
      'body.a.$foo',
    ],
  ])('%s', (_what, settings, issue) => {
    expect(issuesOf(settings).join('\n')).toContain(issue);
  });
});

it('says which event types it sends in, as far as they are written out', () => {
  const settings = generic.settings!.parse({
    auth,
    events: [{ type: 'vm.error' }, { type: 'vm.${body.x}' }],
  });
  expect(generic.inbound?.events?.(settings)).toEqual(['vm.error']);
});
