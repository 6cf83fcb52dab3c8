import { Option, type Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { UsageError } from './cli-error.ts';
import { commandGroup } from './command-group.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { eventAnswer, type EventAnswer } from './event-answer.ts';
import { follow } from './follow.ts';
import { addPagingOptions, showList, type PagingFlags } from './list-options.ts';
import { everyItem } from './pages.ts';
import { apiCommand } from './resources/bound.ts';
import { idCell, pathPart } from './resources/fields.ts';
import { getCommand } from './resources/get-command.ts';
import { eventIds, eventTypes, NameOption, objectKeys } from './resources/name-source.ts';
import { rowPrinter, type Cell } from './table.ts';
import { timeArgument, timeText } from './times.ts';

interface EventsFlags extends ConnectionFlags, PagingFlags {
  readonly follow?: boolean;
  readonly type?: string;
  readonly object?: string;
  readonly source?: string;
  readonly from?: string;
  readonly to?: string;
  readonly search?: string;
  readonly sort?: string;
}

const path = '/api/events';
const titles = ['TIME', 'TYPE', 'OBJECT', 'EVENT', 'DATA'] as const;
const followWidths = [19, 20, 16, 36, 40];

export function eventsCommand(context: CliContext): Command {
  const one = {
    command: 'events',
    one: 'event',
    id: {
      as: 'event',
      description: 'id of the event',
      example: '01a1fbfe-3c79-7000-9d3b-45c910d3def2',
      names: eventIds,
      path: (id: string) => `${path}/${pathPart(id)}`,
    },
  };
  return commandGroup({
    name: 'events',
    description: 'Show the events of a running Signalbox, newest first.',
    examples: ['signalbox events', 'signalbox events --follow', `signalbox events get ${one.id.example}`],
    list: listCommand(context),
    others: [getCommand({ resource: one, context })],
    notes: 'To post one: signalbox emit. Why one fires a task or does not: signalbox explain.',
  });
}

function listCommand(context: CliContext): Command {
  const command = apiCommand({
    name: 'list',
    description: 'Show events, newest first.',
    examples: [
      'signalbox events',
      'signalbox events --type vm.power_on --object gpu-01 --json',
      'signalbox events --from 2027-03-01 --to 2027-03-02 --all',
      'signalbox events --follow              # a line for each event as it comes, until Ctrl-C',
    ],
  })
    .option('--follow', 'go on: print each event as it comes')
    .addOption(new NameOption('--type <type>', 'only events of this type, e.g. vm.power_on', eventTypes))
    .addOption(new NameOption('--object <key>', 'only events about the object with this key', objectKeys))
    .option('--source <source>', 'only events from there')
    .option('--search <text>', 'only events with this text in them')
    .addOption(new Option('--sort <order>', 'order: newest first unless told').choices(['time', '-time']))
    .addOption(new Option('--from <time>', 'only since then').argParser(timeArgument))
    .addOption(new Option('--to <time>', 'only before then').argParser(timeArgument));
  return addPagingOptions(command, 20).action((flags: EventsFlags) =>
    flags.follow ? followEvents(flags, context) : list(flags, context),
  );
}

function list(flags: EventsFlags, context: CliContext): Promise<void> {
  const { type, object, source, from, to, search, sort } = flags;
  const query = { type, object, source, from, to, search, sort };
  return showList(
    connect(flags, context.env),
    { path, query, item: eventAnswer, titles, row: eventRow, none: 'No such events.' },
    { flags, context },
  );
}

function followEvents(flags: EventsFlags, context: CliContext): Promise<void> {
  const { type, object, source, limit, from, to, search, sort, all } = flags;
  if ([from, to, search, sort].some((given) => given !== undefined) || all)
    throw new UsageError(
      '--follow goes on from now: it takes neither --from, --to, --search, --sort nor --all',
    );
  const { out } = context.terminal;
  const row = rowPrinter(out, followWidths);
  const api = connect(flags, context.env);
  return follow({
    ...{ api, context, kind: 'event', item: eventAnswer },
    query: { kinds: 'event', type },
    latest: async (signal) => {
      const query = { type, object, source };
      return (await everyItem(api, { path, query, item: eventAnswer, limit, signal })).items.toReversed();
    },
    isWanted: (event) =>
      (object === undefined || event.object === object) && (source === undefined || event.source === source),
    stampOf: ({ id }) => id,
    print: (event) => {
      if (flags.json) out.line(JSON.stringify(event));
      else row(eventRow(event));
    },
  });
}

function eventRow({ receivedAt, type, object = '', id, data }: EventAnswer): readonly Cell[] {
  return [
    { text: timeText(receivedAt), style: 'dim', whole: true },
    { text: type },
    { text: object },
    { ...idCell(id), style: 'dim' },
    { text: JSON.stringify(data) },
  ];
}
