import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../sdk/index.ts';
import { PermanentError, z } from '../../sdk/index.ts';
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
