import { Option, type Command } from 'commander';
import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { countArgument } from './list-options.ts';
import { apiCommand, idArgument, type Bound } from './resources/bound.ts';
import { idCell, pathPart, stateCell } from './resources/fields.ts';
import { objectItem, objectsOf, type ObjectItem } from './resources/objects.ts';
import { resourceCommands } from './resources/resource-commands.ts';
import { printTable, type Cell } from './table.ts';
import { printable } from './terminal.ts';
import { dayText, timeArgument, untilText } from './times.ts';

export function schedulesCommand(context: CliContext): Command {
  const resource = objectsOf('schedule', {
    command: 'schedules',
    one: 'schedule',
    description: 'The objects of the type schedule: when something comes due.',
    example: 'friday-18h',
    settings: ['every=week', 'weekdays=friday', 'at=18:00'],
    list: {
      titles: ['KEY', 'STATE', 'WHEN', 'NEXT', 'TAGS'],
      row: scheduleRow,
      // Only where one schedule is shown the API works out when it comes due next.
      detail: { path: ({ key }) => `/api/objects/schedule/${pathPart(key)}`, item: objectItem },
    },
  });
  const bound = { resource, context };
  return resourceCommands(bound, {
    more: [nextCommand(bound)],
    examples: [
      'signalbox schedules list',
      'signalbox schedules next friday-18h --count 5',
      'signalbox schedules create office --set settings.every="15 minutes" --set settings.from=08:00 --set settings.to=18:00',
      'signalbox schedules disable friday-18h',
    ],
  });
}

const summaryItem = z.object({ text: z.string(), next: z.string().nullable() });

function scheduleRow(schedule: ObjectItem, now: Date): readonly Cell[] {
  const { text = '', next } = summaryItem.safeParse(schedule['summary']).data ?? {};
  return [
    idCell(schedule.key),
    stateCell(schedule.enabled),
    { text },
    { text: next == null ? noNext(schedule) : nextText(new Date(next), now) },
    { text: schedule.tags.join(', ') },
  ];
}

function noNext({ enabled }: ObjectItem): string {
  return enabled ? 'never again' : '';
}

/** `in 3 hours, Friday 2027-03-26 18:00` */
function nextText(next: Date, now: Date): string {
  return `${untilText(next, now)}, ${dayText(next)}`;
}

const nextAnswer = z.looseObject({
  text: z.string(),
  zone: z.string(),
  items: z.array(z.looseObject({ due: z.string(), local: z.string() })),
});

interface NextFlags extends ConnectionFlags {
  readonly count: number;
  readonly from?: string;
}

function nextCommand({ resource, context }: Bound<ObjectItem>): Command {
  return apiCommand({
    name: 'next',
    description: 'Show the coming times of a schedule, whether it is switched on or not.',
    examples: [
      'signalbox schedules next friday-18h',
      'signalbox schedules next friday-18h --count 3 --from 2027-03-20',
    ],
  })
    .addArgument(idArgument(resource))
    .addOption(new Option('--count <number>', 'how many').argParser(countArgument).default(10, '10'))
    .addOption(new Option('--from <time>', 'from when on (default: now)').argParser(timeArgument))
    .action((key: string, flags: NextFlags) => next(key, flags, context));
}

async function next(key: string, flags: NextFlags, { terminal, env, signal }: CliContext): Promise<void> {
  const { out, err } = terminal;
  const answer = await connect(flags, env).request({
    path: `/api/schedules/${pathPart(key)}/next`,
    query: { count: flags.count, from: flags.from },
    answer: nextAnswer,
    signal,
  });
  if (flags.json) {
    out.line(JSON.stringify(answer));
    return;
  }
  out.line(`${out.paint('bold', key)}: ${printable(answer.text)}`);
  if (answer.items.length === 0) err.line('It does not come due any more.');
  else
    printTable(
      out,
      ['WHEN', `IN ${answer.zone}`, 'HERE'],
      answer.items.map((item) => timeRow(item, new Date())),
    );
}

function timeRow(
  { due, local }: { readonly due: string; readonly local: string },
  now: Date,
): readonly Cell[] {
  const time = new Date(due);
  return [{ text: untilText(time, now) }, { text: local, whole: true }, { text: dayText(time) }];
}
