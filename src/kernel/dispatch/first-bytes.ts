/**
 * The beginning of a text, no longer than `limit` bytes of UTF-8, without half a character at its end. What is cut
 * is copied: a slice would keep the whole text in memory as long as it lives.
 */
export function firstBytes(text: string, limit: number): string {
  // A character has three bytes at most, those of two UTF-16 units four.
  if (text.length * 3 <= limit) return text;
  if (text.length <= limit && Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text.slice(0, limit));
  let end = Math.min(limit, bytes.length);
  while (isInside(bytes[end])) end--;
  return bytes.toString('utf8', 0, end);
}

/** Whether it is not the first byte of a character. */
function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
