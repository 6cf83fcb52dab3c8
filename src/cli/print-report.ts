import type { FieldAnswer } from './config-answer.ts';
import type { Placed, PlacedReport } from './send-files.ts';
import { printable, type Channel, type Style } from './terminal.ts';

type ChangeKind = Placed['change'];

const marks: Readonly<Record<ChangeKind, readonly [mark: string, style: Style, note: string]>> = {
  created: ['+', 'green', ''],
  updated: ['~', 'yellow', ''],
  removed: ['-', 'red', ''],
  adopted: ['=', 'cyan', 'is the same; the files look after it from now on'],
  released: ['>', 'cyan', 'is let go of: people look after it from now on'],
  kept: ['!', 'magenta', 'is no longer in the files, but stays'],
  left: [
    '!',
    'magenta',
    'is no longer in the files, and stays (--prune removes it, --release lets go of it)',
  ],
};

/** What differs, resource by resource and field by field. */
export function printChanges(out: Channel, { changes }: PlacedReport): void {
  for (const change of changes) {
    out.line(headline(out, change));
    for (const field of change.fields)
      for (const line of fieldLines(out, field, change.change)) out.line(line);
  }
  if (changes.length > 0) out.line('');
}

/** What differs from what the files say. */
const counted = ['created', 'updated', 'adopted', 'removed', 'released'] as const;

/** Whether the running configuration differs from what the files say. */
export function hasChanges({ summary }: Pick<PlacedReport, 'summary'>): boolean {
  return counted.some((kind) => changed(summary, kind) > 0);
}

/** `2 to create, 1 to change; 14 unchanged` */
export function summaryText({ summary }: Pick<PlacedReport, 'summary'>, words: Words): string {
  const counts = counted.flatMap((kind) => {
    const count = changed(summary, kind);
    return count > 0 ? [`${count} ${words[kind]}`] : [];
  });
  return [counts.join(', '), `${changed(summary, 'unchanged')} unchanged`].filter(Boolean).join('; ');
}

export type Words = Readonly<Record<(typeof counted)[number], string>>;

function changed(summary: PlacedReport['summary'], kind: keyof PlacedReport['summary']): number {
  return summary[kind];
}

function headline(out: Channel, { kind, id, change, place, changedByHandAt, usedBy }: Placed): string {
  const [mark, style, note] = marks[change];
  const notes = [
    note,
    usedBy ? `it is used by ${usedBy.join(', ')}` : '',
    changedByHandAt === undefined ? '' : `drift: changed by hand at ${changedByHandAt}`,
  ].filter(Boolean);
  const head = out.paint(style, `${mark} ${kind} ${printable(id)}`);
  const told = notes.length > 0 ? `  ${printable(notes.join('; '))}` : '';
  return head + told + (place === undefined ? '' : `  ${out.paint('dim', printable(place))}`);
}

export function fieldLines(
  out: Channel,
  { field, before, after, secret }: FieldAnswer,
  change: ChangeKind,
): string[] {
  const name = `    ${printable(field)}:`;
  if (secret === true) return [`${name} ${secretText({ before, after })}`];
  const [was, is] = [valueText(before), valueText(after)];
  const long = [before, after].some((value) => typeof value === 'string' && value.includes('\n'));
  if (long) {
    return [
      name,
      ...linesOf(before).map((line) => out.paint('red', `      - ${line}`)),
      ...linesOf(after).map((line) => out.paint('green', `      + ${line}`)),
    ];
  }
  if (change === 'created') return [`${name} ${is}`];
  if (change === 'removed') return [`${name} ${was}`];
  return [`${name} ${out.paint('red', was)} → ${out.paint('green', is)}`];
}

function secretText({ before, after }: Pick<FieldAnswer, 'before' | 'after'>): string {
  if (before === undefined) return '(secret)';
  return after === undefined ? '(secret, goes)' : '(secret, differs)';
}

function valueText(value: unknown): string {
  return value === undefined ? '(nothing)' : printable(JSON.stringify(value));
}

function linesOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? value.split('\n').map(printable) : [valueText(value)];
}
