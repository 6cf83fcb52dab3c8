import { describe, expect, it } from '@jest/globals';
import type { EventView, JsonValue } from '../sdk/index.ts';
import { compileTemplate, hasPlaceholder, type TemplateScope } from './template.ts';

const event: EventView = {
  id: 'e1',
  source: '/lab',
  type: 'sync.error',
  depth: 0,
  time: '2025-10-16T15:38:00.000Z',
  data: {
    level: 'critical',
    count: 3,
    none: null,
    ok: false,
    items: [{ name: 'first' }, { name: 'second' }],
    'app.kubernetes.io/name': 'shop',
    'content-type': 'text/plain',
  },
  object: { type: 'sync', key: 'offsite', name: 'Offsite copy', tags: ['syncs/nightly'] },
};
const scope: TemplateScope = {
  event,
  object: {
    type: 'sync',
    key: 'offsite',
    name: 'Offsite copy',
    tags: [],
    settings: { host: 'nas', port: 22 },
  },
  run: { id: '019a-11' },
  task: { id: 'tell-ops', name: 'Tell the operators' },
  now: new Date('2025-10-16T15:38:07.250Z'),
  random: 42,
  timeZone: 'America/New_York',
};

const render = (value: JsonValue, over: Partial<TemplateScope> = {}) =>
  compileTemplate(value).render({ ...scope, ...over });

describe('the variables of a message', () => {
  it('fills in name, date, epoch seconds and a random integer', () => {
    const message = '${NAME} failed at ${DATE} (${TIMESTAMP}, ${RANDOM})';
    expect(render(message)).toBe('Offsite copy failed at Thu, 16 Oct 2025 11:38:07 EDT (1760629087, 42)');
  });

  it('names the object by its key if it has no name, and the event by its type if it has no object', () => {
    const { object, ...withoutObject } = event;
    expect(render('${NAME}', { event: { ...event, object: { ...object!, name: '' } } })).toBe('offsite');
    expect(render('${NAME}', { event: withoutObject })).toBe('sync.error');
  });

  it.each<[string, JsonValue]>([
    ['${event.id}', 'e1'],
    ['${event.source}', '/lab'],
    ['${event.type}', 'sync.error'],
    ['${event.time}', '2025-10-16T15:38:00.000Z'],
    ['${event.data.level}', 'critical'],
    ['${event.data.items.1.name}', 'second'],
    ['${event.data.items[0].name}', 'first'],
    ['${event.data["app.kubernetes.io/name"]}', 'shop'],
    ["${event.data['content-type']}", 'text/plain'],
    ['${event.data.content-type}', 'text/plain'],
    ['${ event.data.level }', 'critical'],
    ['${event.object.tags.0}', 'syncs/nightly'],
    ['${object.settings.host}', 'nas'],
    ['${object.name}', 'Offsite copy'],
    ['${run.id}', '019a-11'],
    ['${task.id}', 'tell-ops'],
    ['${task.name}', 'Tell the operators'],
    ['${task}', { id: 'tell-ops', name: 'Tell the operators' }],
  ])('follows the path %s', (text, expected) => {
    expect(render(text)).toEqual(expected);
  });

  it('gives the whole event with its declared fields only', () => {
    const object = { ...event.object!, settings: { token: 'hush' } };
    const { depth: _, ...declared } = event;
    expect(render('${event}', { event: { ...event, object } })).toEqual(declared);
    expect(render('${event.object}', { event: { ...event, object } })).toEqual(event.object);
    expect(render('${event.object.settings.token}', { event: { ...event, object } })).toBe(
      '${event.object.settings.token}',
    );
  });
});

describe('the form of a rendered message', () => {
  it.each<[string, JsonValue]>([
    ['${TIMESTAMP}', 1760629087],
    ['${RANDOM}', 42],
    ['${event.data.count}', 3],
    ['${event.data.ok}', false],
    ['${event.data.none}', null],
    ['${event.data.items}', [{ name: 'first' }, { name: 'second' }]],
  ])('keeps the JSON type of %s when it stands alone', (text, expected) => {
    expect(render(text)).toEqual(expected);
    expect(render([text])).toEqual([expected]);
    expect(render({ field: text })).toEqual({ field: expected });
  });

  it('inserts values as text within a text, objects as JSON', () => {
    expect(render('n=${event.data.count} none=${event.data.none} items=${event.data.items}')).toBe(
      'n=3 none=null items=[{"name":"first"},{"name":"second"}]',
    );
  });

  it('fills in at any depth, and leaves keys and other values alone', () => {
    const message = { '${NAME}': ['a', 1, null, { deep: ['${NAME}!', true] }] };
    expect(render(message)).toEqual({ '${NAME}': ['a', 1, null, { deep: ['Offsite copy!', true] }] });
  });

  it('stays valid JSON whatever the event brings', () => {
    const hostile = '"},\n{"a": \u2028 \\ ${NAME} </script>';
    const message = { text: 'level ${event.data.level}', level: '${event.data.level}' };
    const rendered = render(message, { event: { ...event, data: { level: hostile } } });
    expect(JSON.parse(JSON.stringify(rendered))).toEqual({ text: `level ${hostile}`, level: hostile });
  });

  it('leaves a key named __proto__ an ordinary key', () => {
    const message = JSON.parse('{"__proto__": {"polluted": "${NAME}"}}') as JsonValue;
    const rendered = render(message);
    expect(JSON.stringify(rendered)).toBe('{"__proto__":{"polluted":"Offsite copy"}}');
    expect(Object.getPrototypeOf(rendered)).toBe(Object.prototype);
  });

  it('does not change the template from one rendering to the next', () => {
    const message = { a: { b: '${event.data.level}', c: 1 } };
    const template = compileTemplate(message);
    template.render(scope);
    expect(template.render({ ...scope, event: { ...event, data: { level: 'error' } } })).toEqual({
      a: { b: 'error', c: 1 },
    });
    expect(message).toEqual({ a: { b: '${event.data.level}', c: 1 } });
  });
});

describe('what is not filled in', () => {
  it('returns a value without placeholders as it is', () => {
    const message = { text: 'Webhook', price: '$5', set: '{a}' };
    const template = compileTemplate(message);
    expect(template.placeholders).toEqual([]);
    expect(template.render(scope)).toBe(message);
  });

  it('lists the placeholders as they are written', () => {
    expect(compileTemplate({ a: '${NAME} ${event.data.x}', b: ['${DATE}'] }).placeholders).toEqual([
      '${NAME}',
      '${event.data.x}',
      '${DATE}',
    ]);
    expect(compileTemplate('$${NAME}').placeholders).not.toEqual([]);
  });

  it.each([
    '${event.data.missing}',
    '${event.data.level.deeper}',
    '${event.data.items.7}',
    '${event.data.items.length}',
    '${event.data.constructor.name}',
    '${event.data.__proto__}',
    '${event.toString}',
    '${object.settings.hidden}',
    '${run.state}',
    '${task.id.length}',
    '${HOSTNAME}',
    '${}',
    '${1 + 1}',
    '${NAME',
  ])('keeps %s visible', (text) => {
    expect(render(text)).toBe(text);
    expect(render(`> ${text}`)).toBe(`> ${text}`);
  });

  it('keeps paths of the object visible if the event has none', () => {
    const { object: _, ...withoutObject } = scope;
    expect(compileTemplate('${object.name}').render(withoutObject)).toBe('${object.name}');
  });

  it.each([
    ['$${NAME}', '${NAME}'],
    ['a $${NAME} b ${RANDOM}', 'a ${NAME} b 42'],
    ['$$${RANDOM}', '$42'],
    ['$$$${RANDOM}', '$${RANDOM}'],
    ['$$ $5 {x}', '$$ $5 {x}'],
    ['$${a ${RANDOM}', '${a 42'],
    ['$${a} ${b', '${a} ${b'],
  ])('reads the escape in %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it('tells whether a text has a placeholder', () => {
    expect(hasPlaceholder('x ${FOO}')).toBe(true);
    expect(hasPlaceholder('x $${FOO} ${')).toBe(false);
  });
});
