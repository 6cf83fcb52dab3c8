import { describe, expect, it } from '@jest/globals';
import { valueOf } from './source-tree.ts';
import { readYaml } from './yaml-reader.ts';

function value(text: string): unknown {
  const { root, problems } = readYaml(text);
  expect(problems).toEqual([]);
  return root && valueOf(root);
}

function problems(text: string): readonly string[] {
  const result = readYaml(text);
  return result.problems.map(({ offset, message }) => {
    const { line, col } = result.lines.linePos(offset);
    return `${String(line)}:${String(col)} ${message}`;
  });
}

describe('readYaml', () => {
  it('reads texts, numbers, booleans, nulls, lists and mappings', () => {
    expect(value('a: x\nb: 1.5\nc: true\nd:\ne: [1, "2"]\nf: { g: 0x1F }\n2: two\n')).toEqual({
      a: 'x',
      b: 1.5,
      c: true,
      d: null,
      e: [1, '2'],
      f: { g: 31 },
      '2': 'two',
    });
  });

  it('takes dates and yes/no as the texts that they are', () => {
    expect(value('a: 2025-10-16\nb: yes\nc: no\nd: 12:30\n')).toEqual({
      a: '2025-10-16',
      b: 'yes',
      c: 'no',
      d: '12:30',
    });
  });

  it('lets placeholders stand in braces without quotes', () => {
    expect(value('a: { b: ${env:TOKEN}, c: "${NAME} is on", d: ${event.data.level} }')).toEqual({
      a: { b: '${env:TOKEN}', c: '${NAME} is on', d: '${event.data.level}' },
    });
    expect(value('a: [${env:A:-x, y}, ${file:/run/s # 1}] # ${comment}')).toEqual({
      a: ['${env:A:-x, y}', '${file:/run/s # 1}'],
    });
    expect(value('a: |\n  ${NAME}\n  { ${DATE}\nb: "q \\u0041 ${env:B:-\\"}"')).toEqual({
      a: '${NAME}\n{ ${DATE}\n',
      b: 'q A ${env:B:-"}',
    });
  });

  it('expands anchors and aliases', () => {
    expect(value('a: &x { b: [1] }\nc: *x\n')).toEqual({ a: { b: [1] }, c: { b: [1] } });
  });

  it('refuses a key that stands twice', () => {
    expect(problems('server:\n  port: 1\n  port: 2\n')).toEqual([
      '3:3 this key stands here a second time; keep one of them',
    ]);
  });

  it('refuses keys that could reach into the prototype of an object', () => {
    expect(problems('a:\n  __proto__: { admin: true }\n')).toEqual(['2:3 this key is not allowed']);
    expect(problems('constructor: 1\n')).toEqual(['1:1 this key is not allowed']);
    expect(problems('"\\x5f_proto__": 1\n')).toEqual(['1:1 this key is not allowed']);
  });

  it('refuses tags, known and unknown', () => {
    expect(problems('a: !!js/function x\n')).toEqual([
      expect.stringMatching(/^1:4 YAML tags are not allowed/),
    ]);
    expect(problems('a: !!binary aGk=\n')).toEqual([
      expect.stringMatching(/^1:13 YAML tags are not allowed/),
    ]);
    expect(value('a: !!str 5\n')).toEqual({ a: '5' });
  });

  it('refuses aliases that expand to too much', () => {
    const laughs = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++) {
      laughs.push(
        `a${String(i)}: &a${String(i)} [${Array(10)
          .fill(`*a${String(i - 1)}`)
          .join(', ')}]`,
      );
    }
    expect(problems(laughs.join('\n')).join('\n')).toContain('the aliases of this file expand to too much');
  });

  it('refuses an alias that contains itself and one that means nothing', () => {
    expect(problems('a: &x [*x]\n')).toEqual(['1:8 the alias "*x" contains itself']);
    expect(problems('a: *nope\n')).toEqual(['1:4 no anchor "&nope" stands before this alias']);
  });

  it('refuses numbers that cannot be kept exactly', () => {
    expect(problems('id: 1234567890123456789\n')).toEqual([
      '1:5 the number 1234567890123456789 cannot be kept exactly; put it in quotes if it is text',
    ]);
    expect(problems('a: .inf\n')).toEqual([expect.stringContaining('cannot be kept exactly')]);
  });

  it('says where the text is not YAML, once a line', () => {
    expect(problems('a:\n\t- x\n')).toEqual(['2:1 a tab cannot indent in YAML; use spaces']);
    expect(problems('a: 1\n---\nb: 2\n')).toEqual([expect.stringMatching(/^2:1 only one YAML document/)]);
    expect(problems('a: { b: [1, 2 }\n')).toHaveLength(1);
  });
});
