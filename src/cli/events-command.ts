import { Command, Option } from 'commander';
import { limitArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';
import { eventsAnswer, type EventAnswer } from './event-answer.ts';
import { followEvents } from './follow-events.ts';
import { formatRow, printTable, type Cell } from './table.ts';

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
const followWidths = [24, 20, 16, 36];

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
  const print = (event: EventAnswer) =>
    out.line(flags.json ? JSON.stringify(event) : formatRow(out, eventRow(event), followWidths));
  return followEvents({ ...flags, api: connect(flags, context.env), print, context });
}

function eventRow({ receivedAt, type, object = '', id, data }: EventAnswer): readonly Cell[] {
  return [
    { text: receivedAt, style: 'dim' },
    { text: type },
    { text: object },
    { text: id, style: 'dim' },
    { text: JSON.stringify(data) },
  ];
}
