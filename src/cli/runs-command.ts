import { Option, type Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { UsageError } from './cli-error.ts';
import { commandGroup } from './command-group.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { follow } from './follow.ts';
import { heldCommand, heldRemedies } from './held-command.ts';
import { addPagingOptions, showList, type PagingFlags } from './list-options.ts';
import { everyItem } from './pages.ts';
import { apiCommand } from './resources/bound.ts';
import { pathPart } from './resources/fields.ts';
import { getCommand } from './resources/get-command.ts';
import { runIds } from './resources/name-source.ts';
import { plainDeleteCommand } from './resources/switch-commands.ts';
import { runAnswer, type RunAnswer } from './run-answer.ts';
import { runChangeCommand } from './run-changes.ts';
import { addRunFilters, filtersOf, type RunFilters } from './run-filters.ts';
import { followWidths, runRow, runTitles } from './run-row.ts';
import { rowPrinter } from './table.ts';

interface RunsFlags extends ConnectionFlags, PagingFlags, RunFilters {
  readonly follow?: boolean;
  readonly sort?: string;
}

const path = '/api/runs';

export function runsCommand(context: CliContext): Command {
  const one = {
    command: 'runs',
    one: 'run',
    id: {
      as: 'run',
      description: 'id of the run',
      example: '01a1fbfe-3c7b-7000-9234-98e2241a503d',
      names: runIds,
      path: (id: string) => `${path}/${pathPart(id)}`,
    },
  };
  const bound = { resource: one, context };
  return commandGroup({
    name: 'runs',
    description:
      'Show the runs of a running Signalbox, newest first; try them again, cancel and delete them.',
    examples: [
      'signalbox runs --state failed,held',
      'signalbox runs --follow',
      'signalbox runs held',
      'signalbox runs retry --object webhook/slack-ops --state failed',
    ],
    list: listCommand(context),
    others: [
      getCommand({ ...bound, hint: heldHint }),
      heldCommand(context),
      runChangeCommand('retry', context),
      runChangeCommand('cancel', context),
      plainDeleteCommand(bound),
    ],
  });
}

function heldHint({ state, reason }: Readonly<Record<string, unknown>>): string | undefined {
  return state === 'held' && typeof reason === 'string' ? heldRemedies[reason] : undefined;
}

function listCommand(context: CliContext): Command {
  const command = apiCommand({
    name: 'list',
    description: 'Show runs, newest first.',
    examples: [
      'signalbox runs',
      'signalbox runs --state failed,held',
      'signalbox runs --task notify-slack --limit 100 --json',
      'signalbox runs --search "connection refused" --from 2027-03-01',
      'signalbox runs --follow                # a line for each change, until Ctrl-C',
    ],
  }).option('--follow', 'go on: print each run as it changes its state');
  addRunFilters(command).addOption(
    new Option('--sort <order>', 'order; with - before it the other way round (default: -time)').choices(
      ['time', 'object', 'task'].flatMap((field) => [field, `-${field}`]),
    ),
  );
  return addPagingOptions(command, 20).action((flags: RunsFlags) =>
    flags.follow ? followRuns(flags, context) : list(flags, context),
  );
}

function list(flags: RunsFlags, context: CliContext): Promise<void> {
  const filters = filtersOf(flags);
  const none = Object.keys(filters).length === 0 ? 'No runs yet.' : 'No such runs.';
  const query = { ...filters, sort: flags.sort };
  return showList(
    connect(flags, context.env),
    { path, query, item: runAnswer, titles: runTitles, row: (run) => runRow(run), none },
    { flags, context },
  );
}

function followRuns(flags: RunsFlags, context: CliContext): Promise<void> {
  const { limit, state, task, object, type, ...rest } = flags;
  if (
    rest.from !== undefined ||
    rest.to !== undefined ||
    rest.search !== undefined ||
    rest.sort !== undefined ||
    rest.all
  )
    throw new UsageError(
      '--follow goes on from now: it takes neither --from, --to, --search, --sort nor --all',
    );
  const { out } = context.terminal;
  const row = rowPrinter(out, followWidths);
  const api = connect(flags, context.env);
  return follow({
    ...{ api, context, kind: 'run', item: runAnswer },
    query: { kinds: 'run', state, task, object, type },
    latest: async (signal) =>
      (
        await everyItem(api, { path, query: { ...filtersOf(flags) }, item: runAnswer, limit, signal })
      ).items.toReversed(),
    isWanted: (run) => fits(run, rest),
    stampOf: ({ id, state: is, attempts, reason = '' }) => `${id} ${is} ${attempts} ${reason}`,
    print: (run) => {
      if (flags.json) out.line(JSON.stringify(run));
      else row(runRow(run));
    },
  });
}

/** What the stream cannot be asked for. */
function fits(run: RunAnswer, { action, event, reason, trigger }: RunFilters): boolean {
  return (
    (action === undefined || run.action === action) &&
    (event === undefined || run.event.id === event) &&
    (reason === undefined || run.reason === reason) &&
    (trigger === undefined || run.trigger === trigger)
  );
}
