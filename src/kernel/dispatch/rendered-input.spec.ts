import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../sdk/index.ts';
import { html, PermanentError, text, z } from '../../sdk/index.ts';
import type { QueuedRun } from '../ports.ts';
import type { ResourceIndex } from '../resources/resource-index.ts';
import type { ViewOfObjects } from '../routing/view-of-objects.ts';
import { RenderedInput } from './rendered-input.ts';

const inputs = new RenderedInput(
  { object: () => undefined } as unknown as ResourceIndex,
  {
    of: () => null,
  } as unknown as ViewOfObjects,
);
const schema = z.object({ list: z.array(z.json()) });

const run = (input: JsonObject, data: JsonValue = {}): QueuedRun => ({
  run: {
    ...{ id: '019a0000-0000-7000-8000-000000000000', eventId: 'e', taskId: 'big', taskName: 'Big' },
    ...{ action: 'a.b', target: 'a/c', state: 'pending', attempts: 0, dueAt: 0, createdAt: 0, input },
  },
  event: { id: 'e', source: 's', type: 'a.b', time: 0, receivedAt: 0, depth: 0, data },
});

describe('an input without placeholders', () => {
  const queued = run({ list: [{ a: 1 }] });

  it('is parsed once for all runs of a task, and none of them can change it', () => {
    const input = inputs.of(queued, schema) as z.output<typeof schema>;
    expect(inputs.of(queued, schema)).toBe(input);
    expect(() => input.list.push('more')).toThrow(TypeError);
    expect(() => Object.assign(input.list[0] as object, { a: 2 })).toThrow(TypeError);
  });
});

describe('an input that is filled in', () => {
  const large = 'x'.repeat(200_000);

  it('may have 1 MiB', () => {
    const list = ['${event.data.text}', 'a ${event.data.text}', 'b ${event.data.text}'];
    expect(inputs.of(run({ list }, { text: large }), schema)).toEqual({
      list: [large, `a ${large}`, `b ${large}`],
    });
  });

  it.each<[string, readonly string[], JsonValue]>([
    ['in one text', ['${event.data.it}'.repeat(6)], large],
    ['in many texts', Array.from({ length: 6 }, () => 'a ${event.data.it}'), large],
    ['as a whole', Array.from({ length: 6 }, () => '${event.data.it}'), large],
    ['very often', ['${event.data.it}'.repeat(5_000)], large],
    ['as JSON, very often', ['${event.data.it}'.repeat(5_000)], { large }],
    ['with characters that JSON escapes', ['a ${event.data.it}'], '\u0000'.repeat(200_000)],
  ])('fails for good when it inserts a large value %s', (_, list, it) => {
    const filled = (): unknown => inputs.of(run({ list }, { it }), schema);
    expect(filled).toThrow(PermanentError);
    expect(filled).toThrow('task big: settings: filled in they are larger than 1 MiB');
  });
});

describe('a field that is HTML', () => {
  const page = z.object({ body: html(), note: z.string().optional() });
  const evil = `<b id="x">&'`;
  const escaped = '&lt;b id=&quot;x&quot;&gt;&amp;&#39;';

  it('has the values of its placeholders escaped, and nothing else', () => {
    const body = '<p title="${event.data.it}">${event.data.it} &amp; ${NAME} $${x}</p>';
    const filled = inputs.of(run({ body, note: '<${event.data.it}>' }, { it: evil }), page);
    expect(filled).toEqual({
      body: `<p title="${escaped}">${escaped} &amp; a.b \${x}</p>`,
      note: `<${evil}>`,
    });
  });

  it.each<[string, JsonValue, string]>([
    ['a text', evil, escaped],
    ['a number', 5, '5'],
    ['nothing', null, 'null'],
    ['an object, its keys included', { '<k>': ['<v>'] }, '{&quot;&lt;k&gt;&quot;:[&quot;&lt;v&gt;&quot;]}'],
  ])('is text although its only placeholder stands for %s', (_, it, body) => {
    expect(inputs.of(run({ body: '${event.data.it}' }, { it }), page)).toEqual({ body });
  });

  it('is left as it is written where nothing is filled in', () => {
    expect(inputs.of(run({ body: '<p>', note: '${NAME}' }), page)).toEqual({ body: '<p>', note: 'a.b' });
    expect(inputs.of(run({ body: '<p>${event.data.none}' }), page)).toEqual({
      body: '<p>${event.data.none}',
    });
  });

  it.each<[string, z.ZodType, JsonObject, JsonValue, JsonObject]>([
    [
      'an item of a list',
      z.object({ parts: z.array(z.union([z.number(), page])) }),
      { parts: [7, { body: '<i>${event.data.it}' }] },
      evil,
      { parts: [7, { body: `<i>${escaped}` }] },
    ],
    [
      'optional, with a default, transformed',
      z.object({
        a: html().max(99).optional(),
        b: html().default(''),
        c: html().transform((it) => it.trim()),
      }),
      { a: '${event.data.it}', c: ' ${event.data.it}' },
      evil,
      { a: escaped, b: '', c: escaped },
    ],
    [
      'brought by a placeholder further up',
      z.object({ page }),
      { page: '${event.data.it}' },
      { body: evil, note: evil },
      { page: { body: escaped, note: evil } },
    ],
    [
      'within what is text',
      z.object({ page: text(z.object({ body: html(), note: z.string() })) }),
      { page: { body: '${event.data.it}', note: '${event.data.it}' } },
      evil,
      { page: { body: escaped, note: evil } },
    ],
  ])('is found when it is %s', (_, schema, input, it, filled) => {
    expect(inputs.of(run(input, { it }), schema)).toEqual(filled);
  });

  it('may have 1 MiB with what is escaped', () => {
    const filled = (): unknown =>
      inputs.of(run({ body: 'a ${event.data.it}' }, { it: '"'.repeat(200_000) }), page);
    expect(filled).toThrow('task big: settings: filled in they are larger than 1 MiB');
  });
});

describe('a field that is text', () => {
  const mail = z.object({ to: text(z.union([z.string(), z.array(z.string())])) });

  it.each<[string, JsonValue, JsonValue, JsonValue]>([
    ['a list', '${event.data.it}', ['a', 'b'], '["a","b"]'],
    ['a list within a list', ['c', '${event.data.it}'], ['a', 'b'], ['c', '["a","b"]']],
    ['a number', '${event.data.it}', 7, '7'],
    ['a text', '${event.data.it}', '<a>', '<a>'],
    ['nothing', '${event.data.it}', null, 'null'],
    ['a text within a text', 'to ${event.data.it}', 'a', 'to a'],
  ])('keeps its form when a placeholder stands for %s', (_, to, it, filled) => {
    expect(inputs.of(run({ to }, { it }), mail)).toEqual({ to: filled });
  });

  it('may be null where that is written', () => {
    const schema = z.object({ note: text().nullable(), name: z.string() });
    expect(inputs.of(run({ note: null, name: '${NAME}' }), schema)).toEqual({ note: null, name: 'a.b' });
  });
});
