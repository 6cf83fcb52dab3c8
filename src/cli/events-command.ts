import { Command, Option } from 'commander';
import { limitArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';
import { eventsAnswer, type EventAnswer } from './event-answer.ts';
import { followEvents } from './follow-events.ts';
import { printTable, rowPrinter, type Cell } from './table.ts';
import { timeText } from './times.ts';

interface EventsFlags extends ConnectionFlags {
  readonly follow?: boolean;
  readonly type?: string;
  readonly object?: string;
  readonly source?: string;
  readonly limit: number;
}

const examples = `
Examples:
  signalbox events
  signalbox events --type vm.power_on --object gpu-01 --json
  signalbox events --follow              # a line for each event as it comes, until Ctrl-C`;

const titles = ['TIME', 'TYPE', 'OBJECT', 'EVENT', 'DATA'] as const;
const followWidths = [19, 20, 16, 36, 40];

export function eventsCommand(context: CliContext): Command {
  const command = new Command('events')
    .description('Show the events of a running Signalbox, newest first.')
    .option('--follow', 'go on: print each event as it comes')
    .option('--type <type>', 'only events of this type, e.g. vm.power_on')
    .option('--object <key>', 'only events about the object with this key')
    .option('--source <source>', 'only events from there')
    .addOption(
      new Option('--limit <number>', 'how many at most')
        .argParser(limitArgument)
        .default(20, '20, up to 500'),
    )
    .addHelpText('after', examples);
  return addConnectionOptions(command).action((flags: EventsFlags) =>
    flags.follow ? follow(flags, context) : list(flags, context),
  );
}

async function list(flags: EventsFlags, { terminal: { out, err }, env, signal }: CliContext): Promise<void> {
  const { type, object, source, limit } = flags;
  const query = { type, object, source, limit };
  const answer = await connect(flags, env).request({
    ...{ path: '/api/events', query, signal },
    answer: eventsAnswer,
  });
  if (flags.json) out.line(JSON.stringify(answer));
  else if (answer.items.length === 0) err.line('No such events.');
  else printTable(out, titles, answer.items.map(eventRow));
  if (!flags.json && answer.next !== undefined) err.line(err.paint('dim', 'There are more: raise --limit.'));
}

function follow(flags: EventsFlags, context: CliContext): Promise<void> {
  const { out } = context.terminal;
  const row = rowPrinter(out, followWidths);
  const print = (event: EventAnswer) => {
    if (flags.json) out.line(JSON.stringify(event));
    else row(eventRow(event));
  };
  return followEvents({ ...flags, api: connect(flags, context.env), print, context });
}

function eventRow({ receivedAt, type, object = '', id, data }: EventAnswer): readonly Cell[] {
  return [
    { text: timeText(receivedAt), style: 'dim', whole: true },
    { text: type },
    { text: object },
    { text: id, style: 'dim', whole: true },
    { text: JSON.stringify(data) },
  ];
}
