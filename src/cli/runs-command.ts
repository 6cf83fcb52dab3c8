import { Command, Option } from 'commander';
import { limitArgument, statesArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';
import { followRuns } from './follow-runs.ts';
import { runsAnswer, type RunAnswer } from './run-answer.ts';
import { followWidths, runRow, runTitles } from './run-row.ts';
import { printTable, rowPrinter } from './table.ts';

interface RunsFlags extends ConnectionFlags {
  readonly follow?: boolean;
  readonly state?: string;
  readonly task?: string;
  readonly limit: number;
}

const examples = `
Examples:
  signalbox runs
  signalbox runs --state failed,held
  signalbox runs --task notify-slack --limit 100 --json
  signalbox runs --follow                # a line for each change, until Ctrl-C`;

export function runsCommand(context: CliContext): Command {
  const command = new Command('runs')
    .description('Show the runs of a running Signalbox, newest first.')
    .option('--follow', 'go on: print each run as it changes its state')
    .addOption(new Option('--state <states>', 'only these, e.g. failed,held').argParser(statesArgument))
    .option('--task <id>', 'only runs of this task')
    .addOption(
      new Option('--limit <number>', 'how many at most')
        .argParser(limitArgument)
        .default(20, '20, up to 500'),
    )
    .addHelpText('after', examples);
  return addConnectionOptions(command).action((flags: RunsFlags) =>
    flags.follow ? follow(flags, context) : list(flags, context),
  );
}

async function list(flags: RunsFlags, { terminal: { out, err }, env, signal }: CliContext): Promise<void> {
  const { state, task, limit } = flags;
  const query = { state, task, limit };
  const answer = await connect(flags, env).request({ path: '/api/runs', query, answer: runsAnswer, signal });
  if (flags.json) {
    out.line(JSON.stringify(answer));
  } else if (answer.items.length === 0) {
    err.line(state === undefined && task === undefined ? 'No runs yet.' : 'No such runs.');
  } else {
    const rows = answer.items.map((run) => runRow(run));
    printTable(out, runTitles, rows);
    if (answer.next !== undefined) err.line(err.paint('dim', 'There are more: raise --limit.'));
  }
}

function follow(flags: RunsFlags, context: CliContext): Promise<void> {
  const { out } = context.terminal;
  const row = rowPrinter(out, followWidths);
  const print = (run: RunAnswer) => {
    if (flags.json) out.line(JSON.stringify(run));
    else row(runRow(run));
  };
  return followRuns({ ...flags, api: connect(flags, context.env), print, context });
}
