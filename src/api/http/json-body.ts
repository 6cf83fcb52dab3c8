import { isUtf8 } from 'node:buffer';
import { SignalboxError } from '../../domain/errors.ts';
import { firstJsonError, lineAndColumn } from './json-position.ts';

const maxDepth = 64;

/** Whether a key that could reach a prototype may be in the text. Escapes can spell anything. */
const suspicious = /__proto__|constructor|\\u/;

/** Parses a request body. Empty means no body: undefined. */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const text = bodyText(bytes);
  // Before parsing: nothing may ever walk a structure deeper than this.
  if (isTooDeep(text)) throw invalid(`the body is nested deeper than ${String(maxDepth)} levels`);
  const value = parse(text);
  if (suspicious.test(text)) refuseKeys(value);
  return value;
}

/** A request body as text, without a byte order mark. Throws BODY_INVALID when it is not UTF-8. */
export function bodyText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw invalid('the body is not valid UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const offset = firstJsonError(text);
    const found =
      offset < text.length ? `unexpected ${JSON.stringify(text.charAt(offset))}` : 'it ends too early';
    throw invalid(`the body is not valid JSON: ${found} at ${lineAndColumn(text, offset)}`, cause);
  }
}

function isTooDeep(text: string): boolean {
  if (text.length <= 2 * maxDepth) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) at = endOfString(text, at);
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return false;
}

/** Offset of the closing quote of the string that opens at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text.charCodeAt(before - 1) === 0x5c) before--;
  return (at - before) % 2 === 1;
}

function refuseKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor') throw invalid(`the key "${key}" is not allowed`);
    refuseKeys(inner);
  }
}

function invalid(message: string, cause?: unknown): SignalboxError {
  return new SignalboxError('BODY_INVALID', message, { cause });
}
