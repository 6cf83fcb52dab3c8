/*
 * `JSON.parse` says what is wrong but not always where. This finds the place; it only runs on text that could
 * not be parsed.
 */

const space = /[ \t\n\r]*/y;
const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

/** Offset of the first character that cannot stand where it does; the text's length when it ends too early. */
export function firstJsonError(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const afterValue = (): Expected => (open.length > 0 ? 'comma or end' : 'nothing');
  for (;;) {
    at = endOf(space, text, at) ?? at;
    const char = text[at];
    if (char === undefined) return text.length;
    const wantsValue: boolean = expected === 'value' || expected === 'value or end';
    if (char === '"' && (wantsValue || expected.startsWith('key'))) {
      const end = stringEnd(text, at);
      if ('bad' in end) return end.bad;
      at = end.next;
      expected = wantsValue ? afterValue() : 'colon';
      continue;
    }
    const next = wantsValue ? endOf(literal, text, at) : undefined;
    if (next !== undefined) {
      at = next;
      expected = afterValue();
    } else if (wantsValue && (char === '{' || char === '[')) {
      open.push(char);
      expected = char === '{' ? 'key or end' : 'value or end';
      at++;
    } else if (closes(char, open.at(-1)) && expected.endsWith('or end')) {
      open.pop();
      expected = afterValue();
      at++;
    } else if (char === ',' && expected === 'comma or end') {
      expected = open.at(-1) === '{' ? 'key' : 'value';
      at++;
    } else if (char === ':' && expected === 'colon') {
      expected = 'value';
      at++;
    } else return at;
  }
}

/** `line 3, column 14`, both from 1. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return `line ${String(line)}, column ${String(column)}`;
}

function closes(char: string, opened: '{' | '[' | undefined): boolean {
  return (char === '}' && opened === '{') || (char === ']' && opened === '[');
}

function stringEnd(text: string, start: number): { readonly next: number } | { readonly bad: number } {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code) || code < 0x20) return { bad: at };
    if (code === 0x22) return { next: at + 1 };
    if (code === 0x5c) {
      const next = endOf(escape, text, at);
      if (next === undefined) return { bad: at + 1 };
      at = next;
    } else at++;
  }
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
