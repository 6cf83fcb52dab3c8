import { expect, it } from '@jest/globals';
import { checkTemplate } from './template.ts';

const messages = (text: string) => checkTemplate(text).map(({ message }) => message);

it.each([
  '${NAME} ${DATE} ${TIMESTAMP} ${RANDOM}',
  '${event} ${event.data} ${event.data.any.thing[0]["at all"]} ${event.object.tags.0}',
  '${object.settings.host} ${object.key}',
  '${run.id} ${run} ${task.id} ${task.name}',
  'no placeholder, $5, $${NOT_A_VARIABLE}',
])('accepts %s', (text) => {
  expect(checkTemplate({ text })).toEqual([]);
});

it.each([
  ['${HOSTNAME}', 'unknown variable ${HOSTNAME}'],
  ['${target.name}', 'unknown variable ${target.name}'],
  ['${name}', 'unknown variable ${name}'],
  ['${}', 'empty'],
  ['${ }', 'empty'],
  ['at ${DATE', '${DATE has no closing brace'],
  ['${event.data.a + 1}', 'Expressions are not evaluated'],
  ['${event.data.a ? 1 : 2}', 'Expressions are not evaluated'],
  ['${event.fetch()}', 'Expressions are not evaluated'],
  ['${event..id}', 'not a variable or a path'],
  ['${event.data.}', 'not a variable or a path'],
  ['${1}', 'not a variable or a path'],
  ['${event.level}', 'event has no field "level"; it has id, source, type, time, data, object'],
  ['${event.id.x}', 'event.id is a text and has no fields'],
  ['${event.object.settings.a}', 'event.object has no field "settings"'],
  ['${event.object.tags.first}', 'event.object.tags is a list'],
  ['${run.task}', 'run has no field "task"; it has id'],
  ['${task.action}', 'task has no field "action"; it has id, name'],
  ['${run.id.x}', 'run.id is a text and has no fields'],
  ['${object.data.a}', 'object has no field "data"; it has type, key, name, tags, settings'],
  ['${event.constructor}', 'event has no field "constructor"'],
])('reports %s: %s', (text, expected) => {
  expect(messages(text)).toEqual([expect.stringContaining(expected)]);
});

it('says where each mistake stands', () => {
  const message = { title: '${NAME}', blocks: [{ text: 'ok' }, { text: '${A} ${B}' }], note: '${' };
  expect(checkTemplate(message).map(({ path }) => path)).toEqual([
    'blocks[1].text',
    'blocks[1].text',
    'note',
  ]);
  expect(checkTemplate('${A}')[0]?.path).toBe('');
});

it('refuses paths to secret settings if it is told which these are', () => {
  const isSecret = (path: readonly string[]) => path[0] === 'auth';
  const check = (text: string) => checkTemplate(text, { isSecret });
  expect(check('${object.settings.auth.token}')).toEqual([
    { path: '', message: expect.stringContaining('this setting is secret') },
  ]);
  expect(check('${object.settings.host}')).toEqual([]);
});
