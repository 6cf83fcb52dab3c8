import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { JsonValue } from './json.ts';

/** Bytes of a body that are kept unless told otherwise. */
const maxCapturedBytes = 64 * 1024;

/** What is kept of the body of a message. */
export interface CapturedBody {
  /** Parsed where it is JSON and all of it is there, otherwise text. Absent: there was none, or no text. */
  readonly body?: JsonValue;
  /** It was longer than what is kept. */
  readonly truncated?: true;
  /** It is no text, and was left out. */
  readonly binary?: true;
}

/** What a body's headers say of it. */
export interface BodyKind {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
}

/** Takes in the beginning of a body while it streams by. */
export class BodyCapture {
  readonly #chunks: Uint8Array[] = [];
  readonly #limit: number;
  #size = 0;

  constructor(limit = maxCapturedBytes) {
    this.#limit = limit;
  }

  add(chunk: Uint8Array): void {
    const room = this.#limit - this.#size;
    // A copy: the memory behind a chunk is much larger, and its owner may use it again.
    if (room > 0) this.#chunks.push(Uint8Array.prototype.slice.call(chunk, 0, room));
    this.#size += chunk.length;
  }

  /** A text may be much longer than what is kept: no more of it is encoded than shows that it is. */
  addText(text: string, encoding: BufferEncoding = 'utf8'): void {
    const room = this.#limit - this.#size;
    if (room < 0 || text === '') return;
    // Two characters make a byte at least, in every encoding.
    const most = 2 * (room + 1);
    this.add(Buffer.from(text.slice(0, most), encoding));
    if (text.length > most) this.#size = Math.max(this.#size, this.#limit + 1);
  }

  result(kind: BodyKind): CapturedBody {
    const truncated = this.#size > this.#limit;
    return capturedBody(Buffer.concat(this.#chunks), { ...kind, truncated, limit: this.#limit });
  }
}

interface Captured extends BodyKind {
  readonly truncated: boolean;
  readonly limit: number;
}

function capturedBody(
  bytes: Buffer,
  { contentType = '', contentEncoding, truncated, limit }: Captured,
): CapturedBody {
  if (bytes.length === 0) return {};
  const plain = decompressed(bytes, contentEncoding, limit);
  if (!plain) return truncated ? { truncated } : { binary: true };
  if (plain === 'too long') return { truncated: true };
  const text = textOf(plain, truncated);
  if (text === undefined) return truncated ? { truncated, binary: true } : { binary: true };
  if (truncated) return { body: text, truncated };
  return { body: /[/+]json\s*(?:;|$)/i.test(contentType) ? parsedOr(text) : text };
}

const decompress = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync };

function decompressed(
  bytes: Buffer,
  encoding: string | undefined,
  limit: number,
): Buffer | 'too long' | undefined {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === '' || name === 'identity') return bytes;
  if (!Object.hasOwn(decompress, name)) return undefined;
  try {
    return decompress[name as keyof typeof decompress](bytes, { maxOutputLength: limit });
  } catch (error) {
    const tooLong = error instanceof RangeError || codeOf(error) === 'ERR_BUFFER_TOO_LARGE';
    return tooLong ? 'too long' : undefined;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error && 'code' in error ? error.code : undefined;
}

/** Undefined when it is no text. A cut may have gone through a character: what is left of it is left out. */
function textOf(bytes: Buffer, cut: boolean): string | undefined {
  for (let less = 0; less <= (cut ? 3 : 0); less++) {
    const whole = bytes.subarray(0, bytes.length - less);
    // PostgreSQL stores no NUL, and no text has any.
    if (isUtf8(whole)) return whole.includes(0) ? undefined : whole.toString('utf8').replace(/^\uFEFF/, '');
  }
  return undefined;
}

const maxDepth = 48;

/** The text itself when it is no JSON, or JSON that would be refused as the data of an event. */
function parsedOr(text: string): JsonValue {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isKeepable(value, maxDepth) ? value : text;
  } catch {
    return text;
  }
}

function isKeepable(value: JsonValue, depth: number): boolean {
  if (typeof value === 'string') return !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(
    ([key, inner]) =>
      key !== '__proto__' && key !== 'constructor' && !key.includes('\0') && isKeepable(inner, depth - 1),
  );
}
