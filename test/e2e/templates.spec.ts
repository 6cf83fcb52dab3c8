import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

describe('a message', () => {
  let receiver: Receiver;
  let app: TestSignalbox;
  let refusals = 0;

  beforeAll(async () => {
    receiver = await startReceiver({ respond: () => (refusals-- > 0 ? { status: 503 } : undefined) });
    app = await startSignalbox({
      config: {
        plugins: ['vm', 'webhook', { use: `${import.meta.dirname}/../fixtures/plugins/power-strip` }],
        objects: {
          'vm/gpu-01': {
            name: 'GPU "01"',
            tags: ['vms/gpu', 'site/north'],
            settings: { host: 'node-7', rack: { row: 3 } },
          },
          'outlet/left': { settings: { url: 'http://127.0.0.1:9', pin: '4711-secret', room: 'lab' } },
          'webhook/ops': {
            settings: { url: receiver.url, backoff: { first: 0.01, factor: 1, max: 0.01 } },
          },
        },
        tasks: { tell: { action: 'webhook.send', target: { object: 'ops' } } },
        triggers: {
          error: { event: 'vm.error', task: 'tell' },
          hot: { event: 'outlet.overheated', task: 'tell' },
        },
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  /** What arrives when a task with this message is fired by this event. */
  const bodyOf = async (message: unknown, event: object = {}): Promise<string> => {
    const task = { action: 'webhook.send', target: { object: 'ops' }, settings: { message } };
    await app.api.put('/api/tasks/tell', task);
    const id = await app.api.emit({ type: 'vm.error', object: 'gpu-01', ...event });
    await app.api.runsOf(id, 'succeeded');
    return receiver.deliveries.at(-1)!.body;
  };
  const received = async (message: unknown, event: object = {}): Promise<unknown> =>
    JSON.parse(await bodyOf(message, event));

  it('names the object of the event', async () => {
    expect(await received({ text: '${NAME} failed' })).toEqual({ text: 'GPU "01" failed' });
    expect(await received({ text: '${NAME} failed' }, { object: 'unknown-7' })).toEqual({
      text: 'unknown-7 failed',
    });
  });

  it('has the date in full, the seconds since 1970 and a random integer', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const message = { date: '${DATE}', epoch: '${TIMESTAMP}', random: '${RANDOM}' };
    const { date, epoch, random } = (await received(message)) as typeof message & { epoch: number };
    const after = Math.floor(Date.now() / 1_000);

    expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d (?:[A-Z]{2,5}|GMT[+-]\d+(?::\d\d)?)$/);
    // Without its zone it is read as the time of this machine, as it is meant.
    const said = Date.parse(date.replace(/ \S+$/, '')) / 1_000;
    for (const seconds of [epoch, said]) {
      expect(seconds).toBeGreaterThanOrEqual(before);
      expect(seconds).toBeLessThanOrEqual(after);
    }
    expect(Number.isSafeInteger(random)).toBe(true);
    expect(await received('${RANDOM}')).not.toBe(random);
  });

  it('names the run and the task', async () => {
    const message = { run: '${run.id}', task: '${task.id}', name: '${task.name}' };
    const { run } = (await received(message)) as { readonly run: string };
    expect(receiver.deliveries.at(-1)!.headers['webhook-id']).toBe(run);
    expect((await app.api.run(run)).id).toBe(run);
    expect(await received(message)).toMatchObject({ task: 'tell', name: 'tell' });
  });

  it('stays the same, random numbers and all, when it is sent again', async () => {
    refusals = 2;
    const begin = receiver.deliveries.length;
    await bodyOf({ date: '${DATE}', epoch: '${TIMESTAMP}', random: '${RANDOM}' });
    const bodies = receiver.deliveries.slice(begin).map(({ body }) => body);
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
  });

  it('keeps the JSON type of a value that is exactly one placeholder', async () => {
    const data = {
      n: 1.5,
      yes: true,
      no: false,
      none: null,
      list: [1, [2]],
      deep: { a: { b: 'c' } },
      text: '7',
    };
    const message = {
      n: '${event.data.n}',
      yes: '${event.data.yes}',
      no: '${event.data.no}',
      none: '${event.data.none}',
      list: '${event.data.list}',
      second: '${event.data.list[1][0]}',
      deep: '${event.data.deep}',
      c: '${event.data.deep["a"].b}',
      text: '${event.data.text}',
    };
    expect(await received(message, { data })).toEqual({ ...data, second: 2, c: 'c' });
    expect(await received('${event.data}', { data })).toEqual(data);
    expect(await received(['${event.data.n}', ['${event.data.yes}']], { data })).toEqual([1.5, [true]]);
  });

  it('has values as text inside a text', async () => {
    const data = { n: 1.5, yes: true, none: null, list: [1, 'a'], deep: { a: 1 }, text: 'x' };
    expect(
      await received('${event.data.n}|${event.data.yes}|${event.data.none}|${event.data.text}|', { data }),
    ).toBe('1.5|true|null|x|');
    expect(await received('${event.data.list} ${event.data.deep}', { data })).toBe('[1,"a"] {"a":1}');
  });

  it('knows all of the event and of its object', async () => {
    const event = { source: 'hypervisor-1', id: 'ev-1', time: '2026-03-01T12:00:00Z' };
    const message = {
      id: '${event.id}',
      type: '${event.type}',
      source: '${event.source}',
      time: '${event.time}',
      key: '${event.object.key}',
      object: '${event.object}',
      tag: '${object.tags[1]}',
      tags: '${object.tags}',
      host: '${object.settings.host}',
      row: '${object.settings.rack.row}',
    };
    const body = await received(message, event);
    const [stored] = (await app.api.get<{ items: { id: string }[] }>('/api/events?limit=1')).body.items;
    expect(body).toEqual({
      id: stored!.id,
      type: 'vm.error',
      source: 'hypervisor-1',
      time: '2026-03-01T12:00:00.000Z',
      key: 'gpu-01',
      object: { type: 'vm', key: 'gpu-01', name: 'GPU "01"', tags: ['vms/gpu', 'site/north'] },
      tag: 'site/north',
      tags: ['vms/gpu', 'site/north'],
      host: 'node-7',
      row: 3,
    });
  });

  it('has no secrets of the object', async () => {
    const event = { type: 'outlet.overheated', object: 'left' };
    const message = {
      room: '${object.settings.room}',
      pin: '${object.settings.pin}',
      all: '${object.settings}',
      object: '${object}',
      event: '${event}',
    };
    const body = await bodyOf(message, event);
    expect(JSON.parse(body)).toMatchObject({
      room: 'lab',
      pin: '${object.settings.pin}',
      all: { room: 'lab' },
    });
    expect(body).not.toContain('4711');
  });

  it('shows a placeholder that finds nothing', async () => {
    const message = {
      a: '${event.data.nothing}',
      b: 'on ${event.data.nothing.at.all}!',
      c: '${object.settings.x}',
    };
    expect(await received(message)).toEqual(message);
    expect(await received('${object.settings.host}', { object: 'unknown-7' })).toBe(
      '${object.settings.host}',
    );
  });

  it.each([
    'quote " and \\ and \\" and </script>',
    'lines\r\nand\ttabs\0\u001f',
    'ünïcödé 漢字 \u2028 \u2029 🎉',
    '${NAME} ${event.data.text} ${RANDOM}',
    '$${NAME} $$$ ${',
    '","injected":"yes',
    '$& $1 $` \\u0022',
    '{"not": "parsed"}',
  ])('is valid JSON and has %j as it is', async (text) => {
    const message = { whole: '${event.data.text}', part: '<${event.data.text}>', '${NAME}': 'key' };
    expect(await received(message, { data: { text } })).toEqual({
      whole: text,
      part: `<${text}>`,
      '${NAME}': 'key',
    });
  });

  it('has keys of the data as they are', async () => {
    const data = { 'a.b': { '"': 1 }, 'ключ-1': 2, '': 3 };
    expect(await received('${event.data}', { data })).toEqual(data);
    expect(await received(['${event.data["a.b"]}', '${event.data.ключ-1}'], { data })).toEqual([
      { '"': 1 },
      2,
    ]);
  });

  it('has a placeholder as text when it is written with two dollars', async () => {
    expect(await received({ text: '$${NAME} is ${NAME}' })).toEqual({ text: '${NAME} is GPU "01"' });
    expect(await received({ text: '$${NAME}' })).toEqual({ text: '${NAME}' });
  });

  it('leads to nothing that is not data', async () => {
    const message = {
      a: '${event.data.constructor}',
      b: '${event.data.list.length}',
      c: '${event.data.text.length}',
      d: '${event.data["__proto__"]}',
      e: '${event.data.toString}',
    };
    expect(await received(message, { data: { list: [1], text: 'abc' } })).toEqual(message);
  });
});
