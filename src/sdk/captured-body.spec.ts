import { describe, expect, it } from '@jest/globals';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { BodyCapture, type BodyKind } from './captured-body.ts';

const json = 'application/json; charset=utf-8';

function captured(body: string | Uint8Array, kind: BodyKind = {}, limit?: number) {
  const capture = new BodyCapture(limit);
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 1_000) capture.add(bytes.subarray(at, at + 1_000));
  return capture.result(kind);
}

describe('what is kept of a body', () => {
  it('is JSON where it is JSON, text where it is text, nothing where it is empty', () => {
    expect(captured('{"a": [1]}', { contentType: json })).toEqual({ body: { a: [1] } });
    expect(captured('[1]', { contentType: 'application/problem+json' })).toEqual({ body: [1] });
    expect(captured('{"a": 1}', { contentType: 'text/plain' })).toEqual({ body: '{"a": 1}' });
    expect(captured('{"a": ', { contentType: json })).toEqual({ body: '{"a": ' });
    expect(captured('a=b')).toEqual({ body: 'a=b' });
    expect(captured('', { contentType: json })).toEqual({});
  });

  it('is the beginning as text when the body is longer', () => {
    const body = captured(JSON.stringify('x'.repeat(70_000)), { contentType: json });
    expect(body).toEqual({ body: `"${'x'.repeat(64 * 1024 - 1)}`, truncated: true });
    expect(captured('abcdef', {}, 6)).toEqual({ body: 'abcdef' });
    expect(captured('abcdefg', {}, 6)).toEqual({ body: 'abcdef', truncated: true });
  });

  it.each<[BufferEncoding, string]>([
    ['utf8', 'ab€😀'],
    ['utf16le', 'ab€😀'],
    ['latin1', 'abä'],
    ['hex', '6162636465'],
    ['base64', 'YWJjZGU='],
  ])('is the same of a text in %s as of its bytes, wherever the limit is', (encoding, text) => {
    const bytes = Buffer.from(text, encoding);
    for (let limit = 1; limit <= bytes.length + 1; limit++) {
      const capture = new BodyCapture(limit);
      for (const part of [text, text]) capture.addText(part, encoding);
      expect(capture.result({})).toEqual(captured(Buffer.concat([bytes, bytes]), {}, limit));
    }
  });

  it('ends before a character that the cut goes through', () => {
    expect(captured('ab€cd', {}, 4)).toEqual({ body: 'ab', truncated: true });
    expect(captured('ab€cd', {}, 5)).toEqual({ body: 'ab€', truncated: true });
  });

  it('leaves out what is no text', () => {
    const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]);
    expect(captured(image)).toEqual({ binary: true });
    expect(captured(image, {}, 4)).toEqual({ truncated: true, binary: true });
    expect(captured('a\0b')).toEqual({ binary: true });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('is unpacked from %s', (contentEncoding, compress) => {
    expect(captured(compress('{"a": 1}'), { contentType: json, contentEncoding })).toEqual({
      body: { a: 1 },
    });
    const bomb = compress(Buffer.alloc(10_000_000, 'a'));
    expect(captured(bomb, { contentEncoding })).toEqual({ truncated: true });
  });

  it('is nothing when it cannot be unpacked', () => {
    expect(captured('no gzip', { contentEncoding: 'gzip' })).toEqual({ binary: true });
    expect(captured('?', { contentEncoding: 'constructor' })).toEqual({ binary: true });
    expect(captured(gzipSync('abc'.repeat(9)), { contentEncoding: 'gzip' }, 10)).toEqual({ truncated: true });
  });

  it.each([
    ['is nested too deep', `${'['.repeat(60_000 / 2)}${']'.repeat(60_000 / 2)}`],
    ['has a key that reaches a prototype', '{"a": {"__proto__": 1}}'],
    ['has a constructor', '{"constr\\u0075ctor": 1}'],
    ['has a NUL', '{"a": "\\u0000"}'],
  ])('is text when the JSON %s', (_, text) => {
    expect(captured(text, { contentType: json })).toEqual({ body: text });
  });

  it('does not change when the memory of a chunk is used again', () => {
    const capture = new BodyCapture();
    const chunk = Buffer.from('abc');
    capture.add(chunk);
    chunk.fill('x');
    expect(capture.result({})).toEqual({ body: 'abc' });
  });
});
