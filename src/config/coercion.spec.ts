import { describe, expect, it } from '@jest/globals';
import { z } from '../sdk/index.ts';
import { coerceTexts } from './coercion.ts';

const everywhere = () => true;

describe('coerceTexts', () => {
  it('makes numbers and booleans of texts where the schema wants them', () => {
    const schema = z.object({ port: z.int(), ratio: z.number().optional(), on: z.array(z.boolean()) });
    expect(coerceTexts(schema, { port: '4280', ratio: '-1.5e3', on: ['true', 'FALSE'] }, everywhere)).toEqual(
      {
        port: 4280,
        ratio: -1500,
        on: [true, false],
      },
    );
  });

  it('keeps a text a text where the schema wants one, even if it is made of digits', () => {
    const schema = z.object({ token: z.string(), any: z.unknown() });
    const value = { token: '0012', any: '12' };
    expect(coerceTexts(schema, value, everywhere)).toBe(value);
  });

  it('leaves texts that stand in the file itself to the schema', () => {
    const value = { port: '4280' };
    expect(coerceTexts(z.object({ port: z.int() }), value, () => false)).toBe(value);
  });

  it('leaves what is no number for the schema to refuse', () => {
    const schema = z.object({ port: z.int(), on: z.boolean() });
    for (const text of ['', ' ', 'abc', '0x10', '1_000', 'Infinity', '1,5']) {
      expect(coerceTexts(schema, { port: text, on: 'yes' }, everywhere)).toEqual({ port: text, on: 'yes' });
    }
  });

  it('looks into alternatives and choices', () => {
    const schema = z.object({
      a: z.union([z.object({ n: z.number() }), z.object({ m: z.boolean() })]),
      level: z.literal([1, 2]),
    });
    expect(coerceTexts(schema, { a: { n: '1' }, level: '2' }, everywhere)).toEqual({ a: { n: 1 }, level: 2 });
  });
});
