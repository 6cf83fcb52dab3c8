/**
 * For headers, which a line break would end: each run of control characters and line separators becomes a space. What is
 * longer than `longest` is cut.
 */
export function oneLine(text: string, longest: number): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}
