import { describe, expect, it } from '@jest/globals';
import { secret, z } from '../sdk/index.ts';
import { issueText } from './issue-text.ts';
import { schemaIssues } from './schema-issues.ts';

function messages(schema: z.ZodType, value: unknown): readonly string[] {
  const result = schema.safeParse(value, { error: issueText });
  if (result.success) return [];
  return schemaIssues(result.error.issues).map(({ path, message }) => `${path.join('/')}: ${message}`);
}

describe('issueText', () => {
  it('says what kind of value is wanted and what was found', () => {
    expect(messages(z.object({ port: z.int() }), { port: 'abc' })).toEqual([
      'port: must be a whole number, got "abc"',
    ]);
    expect(messages(z.object({ port: z.int() }), { port: 1.5 })).toEqual([
      'port: must be a whole number, got 1.5',
    ]);
    expect(messages(z.object({ on: z.boolean() }), { on: 1 })).toEqual(['on: must be true or false, got 1']);
    expect(messages(z.object({ name: z.string() }), {})).toEqual(['name: must be text, got nothing']);
    expect(messages(z.object({ list: z.array(z.string()) }), { list: {} })).toEqual([
      'list: must be a list, got fields',
    ]);
  });

  it('says the bounds of numbers, texts and lists', () => {
    expect(messages(z.number().min(3), 1)).toEqual([': must be at least 3, got 1']);
    expect(messages(z.number().lt(3), 3)).toEqual([': must be less than 3, got 3']);
    expect(messages(z.string().min(1), '')).toEqual([': must not be empty']);
    expect(messages(z.string().max(2), 'abc')).toEqual([': must have at most 2 characters, got 3']);
    expect(messages(z.array(z.int()).min(2), [1])).toEqual([': must have at least 2 items, got 1']);
    expect(messages(z.number().multipleOf(5), 7)).toEqual([': must be a multiple of 5, got 7']);
  });

  it('lists the choices and suggests the nearest', () => {
    expect(messages(z.enum(['debug', 'info']), 'inf')).toEqual([
      ': must be one of "debug", "info" (did you mean "info"?), got "inf"',
    ]);
    const auth = z.discriminatedUnion('type', [
      z.object({ type: z.literal('none') }),
      z.object({ type: z.literal('bearer'), token: z.string() }),
    ]);
    expect(messages(auth, { type: 'baerer' })).toEqual([
      'type: must be one of "none", "bearer" (did you mean "bearer"?), got "baerer"',
    ]);
  });

  it('names each unknown key at its own place, with the nearest known one', () => {
    const schema = z.strictObject({ server: z.strictObject({ host: z.string().optional() }) });
    expect(messages(schema, { server: { hots: 'x', zzz: 1 } })).toEqual([
      'server/hots: unknown key (did you mean "host"?)',
      'server/zzz: unknown key',
    ]);
  });

  it('speaks of the alternative that was meant', () => {
    const entry = z.union([z.string(), z.strictObject({ use: z.string() })]);
    expect(messages(z.array(entry), [{ us: 'vm' }])).toEqual([
      '0/use: must be text, got nothing',
      '0/us: unknown key (did you mean "use"?)',
    ]);
    expect(messages(entry, 1)).toEqual([': must have one of the allowed forms']);
  });

  it('leaves the messages that a schema brings itself alone', () => {
    const timeout = z.number().min(3, { error: 'must be 3 to 120 seconds' });
    expect(messages(timeout, 1)).toEqual([': must be 3 to 120 seconds']);
  });

  it('never shows a secret, nor a text where a text or a mapping is wanted', () => {
    const schema = z.object({ pin: secret(z.enum(['a', 'b'])).optional(), auth: z.object({}), url: z.url() });
    const shown = messages(schema, { pin: 'hunter2', auth: 'hunter2', url: 'hunter2' }).join('\n');
    expect(shown).toContain('pin');
    expect(shown).toContain('auth');
    expect(shown).toContain('url');
    expect(shown).not.toContain('hunter2');
  });
});
