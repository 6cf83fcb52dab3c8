import { z } from '../sdk/schema.ts';
import { fieldAnswer } from './config-answer.ts';
import { fieldLines } from './print-report.ts';
import { printable, type Channel } from './terminal.ts';

const changes = ['created', 'updated', 'unchanged', 'removed'] as const;

/** What a change comes to: of a dry run what it would come to. */
export const changeAnswer = z.looseObject({
  dryRun: z.boolean(),
  change: z.enum(changes),
  resource: z.looseObject({}),
  fields: z.array(fieldAnswer),
  also: z.array(z.object({ kind: z.string(), id: z.string(), change: z.string() })).optional(),
  alsoTotal: z.number().optional(),
});

export type ChangeAnswer = z.output<typeof changeAnswer>;

const would: Readonly<Record<ChangeAnswer['change'], string>> = {
  created: 'would be created',
  updated: 'would be changed',
  unchanged: 'would stay as it is',
  removed: 'would be deleted',
};

const alsoWords: Readonly<Record<string, string>> = {
  created: 'comes into being',
  disabled: 'is switched off',
  tagged: 'gets the tag',
  untagged: 'loses the tag',
};

/** What a dry run has found. */
export function printDryRun(out: Channel, name: string, answer: ChangeAnswer): void {
  const { change, fields } = answer;
  out.line(`${out.paint('cyan', would[change])}  ${printable(name)}`);
  const kind = change === 'unchanged' ? 'updated' : change;
  for (const line of fields.flatMap((field) => fieldLines(out, field, kind))) out.line(line);
  printAlso(out, answer);
}

/** What else changes with it. */
export function printAlso(out: Channel, { also = [], alsoTotal = also.length }: ChangeAnswer): void {
  for (const { kind, id, change } of also)
    out.line(`  ${out.paint('yellow', 'also')}  ${kind} ${printable(id)} ${alsoWords[change] ?? change}`);
  if (alsoTotal > also.length) out.line(`  and ${alsoTotal - also.length} more`);
}
