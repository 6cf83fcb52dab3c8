import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { valueOf } from './source-tree.ts';
import { substitute } from './substitution.ts';
import { readYaml } from './yaml-reader.ts';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-substitution-'));
});

afterAll(() => {
  rmSync(dir, { recursive: true });
});

function fill(
  text: string,
  env: Record<string, string> = {},
): { value: unknown; problems: readonly string[] } {
  const { root } = readYaml(text);
  if (!root) throw new Error('not YAML');
  const filled = substitute(root, { env, dir });
  return { value: valueOf(filled.root), problems: filled.problems.map(({ message }) => message) };
}

describe('substitute', () => {
  it('fills in environment variables, whole values and parts of them', () => {
    const { value, problems } = fill('a: ${env:A}\nb: [https://${env:HOST}:${env:PORT}/x]\n', {
      A: 'one',
      HOST: 'h',
      PORT: '1',
    });
    expect(value).toEqual({ a: 'one', b: ['https://h:1/x'] });
    expect(problems).toEqual([]);
  });

  it('keeps what comes from outside a text, whatever it looks like', () => {
    expect(fill('a: ${env:A}\nb: ${env:B}', { A: '123', B: '{ x: 1 }' }).value).toEqual({
      a: '123',
      b: '{ x: 1 }',
    });
  });

  it('takes the default of a variable that is not set or empty', () => {
    expect(fill('a: ${env:A:-x y}\nb: ${env:B:-z}\nc: ${env:C:-}', { B: '' }).value).toEqual({
      a: 'x y',
      b: 'z',
      c: '',
    });
  });

  it('fills in files relative to the folder, without the newline at their end', () => {
    writeFileSync(join(dir, 'token'), 'first\nsecond\r\n');
    expect(fill('a: ${file:token}\nb: ${file:./token}').value).toEqual({
      a: 'first\nsecond',
      b: 'first\nsecond',
    });
    expect(fill(`a: \${file:${join(dir, 'token')}}`).value).toEqual({ a: 'first\nsecond' });
  });

  it('leaves the placeholders of messages alone, and escaped ones', () => {
    const text = 'a: ${NAME} ${event.data.x}\nb: $${env:HOME}\nc: $$${env:X}\n';
    expect(fill(text, { X: 'x' })).toEqual({
      value: { a: '${NAME} ${event.data.x}', b: '$${env:HOME}', c: '$$x' },
      problems: [],
    });
  });

  it('does not fill in what it has filled in', () => {
    expect(fill('a: ${env:A}', { A: '${env:B}', B: 'no' }).value).toEqual({ a: '${env:B}' });
  });

  it('leaves keys alone', () => {
    expect(fill('"${env:A}": 1', { A: 'x' }).value).toEqual({ '${env:A}': 1 });
  });

  it('says what is missing, every time', () => {
    const { problems } = fill(
      'a: ${env:NOPE}\nb: ${file:nope}\nc: ${file:.}\nd: ${env:A B}\ne: "${env:A"\nf: ${file:}',
    );
    expect(problems).toEqual([
      'the environment variable NOPE is not set; set it, or write ${env:NOPE:-default}',
      `cannot read ${join(dir, 'nope')} (no such file)`,
      `${dir} is not a regular file`,
      '"${env:A B}" is not a variable; write ${env:NAME} or ${env:NAME:-default}',
      '"${env:A" has no closing brace',
      'a file is missing in "${file:}"; write ${file:PATH}',
    ]);
  });
});
