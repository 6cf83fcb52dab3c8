import { describe, expect, it } from '@jest/globals';
import { SignalboxError } from '../../domain/errors.ts';
import { parseJsonBody } from './json-body.ts';

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));

function refusal(bytes: string | Buffer): string {
  try {
    parseJsonBody(Buffer.from(bytes as string));
  } catch (error) {
    if (error instanceof SignalboxError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'taken';
}

function nested(depth: number): string {
  return `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
}

describe('parseJsonBody', () => {
  it('gives what JSON.parse gives', () => {
    const text = '{"a":[1,-2.5e3,true,null,"x\\n\\u00e4{[\\"\\\\"],"b":{}}';
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('gives nothing for an empty body and reads past a byte order mark', () => {
    expect(parse('')).toBeUndefined();
    expect(parse('\uFEFF{"a":1}')).toEqual({ a: 1 });
  });

  it('says at which line and column the JSON is broken', () => {
    expect(refusal('{"a": 1,\n "b": oops}')).toBe(
      'BODY_INVALID: the body is not valid JSON: unexpected "o" at line 2, column 7',
    );
    expect(refusal('{"a": [1, 2')).toBe(
      'BODY_INVALID: the body is not valid JSON: it ends too early at line 1, column 12',
    );
  });

  it('takes 64 levels and refuses 65, whatever brackets stand in strings', () => {
    expect(refusal(nested(64))).toBe('taken');
    expect(refusal(`[${nested(64)}]`)).toBe('BODY_INVALID: the body is nested deeper than 64 levels');
    expect(refusal(JSON.stringify(['[{'.repeat(200), '\\', '"[', '\\"['.repeat(200)]))).toBe('taken');
    expect(refusal('['.repeat(200_000))).toBe('BODY_INVALID: the body is nested deeper than 64 levels');
  });

  it.each([
    '{"__proto__":1}',
    '{"a":[{"constructor":{}}]}',
    '{"\\u005f_proto__":{}}',
    '{"__proto\\u005f_":{}}',
  ])('refuses %s, whose key could reach a prototype', (text) => {
    expect(refusal(text)).toMatch(/^BODY_INVALID: the key "(__proto__|constructor)" is not allowed$/);
  });

  it('takes such words where they are no keys', () => {
    expect(refusal('{"a":"__proto__","b":["constructor"],"constructors":1}')).toBe('taken');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(refusal(Buffer.from([0x22, 0xff, 0x22]))).toBe('BODY_INVALID: the body is not valid UTF-8');
  });
});
