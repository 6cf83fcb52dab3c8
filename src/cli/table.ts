import { columnsOf, cutTo, padTo } from './text-width.ts';
import { printable, type Channel, type Style } from './terminal.ts';

export interface Cell {
  readonly text: string;
  readonly style?: Style;
  /** Is to be copied, such as an id: never cut. */
  readonly whole?: boolean;
}

type Row = readonly Cell[];

/** Between two columns. */
const gap = 2;
/** A column that is cut keeps so much: less would say nothing. */
const leastWidth = 10;

/** Prints rows under their titles, columns aligned; what the channel is too narrow for is cut. */
export function printTable(out: Channel, titles: readonly string[], rows: readonly Row[]): void {
  tablePrinter(out, titles)(rows);
}

/** Prints rows as they come, page by page. The titles come with the first ones. */
export function tablePrinter(out: Channel, titles: readonly string[]): (rows: readonly Row[]) => void {
  const head = titles.map((text): Cell => ({ text, style: 'dim' }));
  let pages = 0;
  return (rows) => {
    const widths = fitted(widthsOf(head, rows), rows, out.width);
    for (const row of pages++ === 0 ? [head, ...rows] : rows) out.line(formatRow(out, row, widths));
  };
}

/** Prints rows one by one, in columns that are the same for all of them: with a width for each. */
export function rowPrinter(out: Channel, widths: readonly number[]): (row: Row) => void {
  return (row) => out.line(formatRow(out, row, fitted(widths, [row], out.width)));
}

function widthsOf(head: Row, rows: readonly Row[]): readonly number[] {
  return head.map(({ text }, column) =>
    Math.max(text.length, ...rows.map((row) => columnsOf(printable(row[column]?.text ?? '')))),
  );
}

/** Takes from the widest columns what does not fit. */
function fitted(
  widths: readonly number[],
  rows: readonly Row[],
  room: number | undefined,
): readonly number[] {
  if (room === undefined) return widths;
  const fits = [...widths];
  const isWhole = widths.map((_, column) => rows.some((row) => row[column]?.whole));
  const excess = () => fits.reduce((sum, width) => sum + width + gap, -gap) - room;
  while (excess() > 0) {
    const cuttable = fits.map((width, column) => (isWhole[column] ? 0 : width));
    const widest = Math.max(...cuttable);
    if (widest <= leastWidth) break;
    fits[cuttable.lastIndexOf(widest)] = widest - 1;
  }
  return fits;
}

/** One row, each cell padded or cut to its width. The last one has all the room that there is. */
function formatRow(out: Channel, row: Row, widths: readonly number[]): string {
  let column = 0;
  const cells = row.map(({ text, style, whole }, index) => {
    const isLast = index === row.length - 1;
    const room = isLast ? (out.width ?? Infinity) - column : (widths[index] ?? 0);
    // Too narrow to say anything: better a broken line than none.
    const shown = whole || room < leastWidth ? printable(text) : cutTo(printable(text), room);
    column += Math.max(room, columnsOf(shown)) + gap;
    const padded = isLast ? shown : padTo(shown, widths[index] ?? 0);
    return style === undefined ? padded : out.paint(style, padded);
  });
  return cells.join(' '.repeat(gap)).trimEnd();
}
