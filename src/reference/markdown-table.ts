/** A table with its columns aligned, as the formatter of the docs wants it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(escaped));
  const widths = head.map((title, i) =>
    Math.max(title.length, 3, ...cells.map((row) => width(row[i] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((most, i) => (row[i] ?? '') + ' '.repeat(most - width(row[i] ?? ''))).join(' | ')} |`;
  return [line(head), line(widths.map((most) => '-'.repeat(most))), ...cells.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
}

/** Letters, not UTF-16 units. */
function width(text: string): number {
  return Array.from(text).length;
}
