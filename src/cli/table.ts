import { printable, type Channel, type Style } from './terminal.ts';

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** Prints rows under their titles, columns aligned. The last column is cut to what the channel is wide. */
export function printTable(
  out: Channel,
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
): void {
  const head = titles.map((text): Cell => ({ text, style: 'dim' }));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => printable(row[column]?.text ?? '').length)),
  );
  for (const row of [head, ...rows]) out.line(formatRow(out, row, widths));
}

/** One row, each cell padded to its width but the last. */
export function formatRow(out: Channel, row: readonly Cell[], widths: readonly number[]): string {
  let column = 0;
  const cells = row.map(({ text, style }, index) => {
    const isLast = index === row.length - 1;
    const width = widths[index] ?? 0;
    const room = isLast && out.width !== undefined ? out.width - column : Infinity;
    const shown = cut(printable(text), room);
    column += width + 2;
    return paintCell(out, isLast ? shown : shown.padEnd(width), style);
  });
  return cells.join('  ').trimEnd();
}

function cut(text: string, room: number): string {
  // Too narrow to say anything: better a broken line than none.
  return text.length <= room || room < 10 ? text : `${text.slice(0, room - 1)}…`;
}

function paintCell(out: Channel, text: string, style: Style | undefined): string {
  return style === undefined ? text : out.paint(style, text);
}
