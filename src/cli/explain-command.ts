import { Command, Option } from 'commander';
import { jsonArgument, limitArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';
import { explainAnswer, type ExplanationAnswer } from './explain-answer.ts';
import { explainRows, explainTitles, summary } from './explain-rows.ts';
import { printTable } from './table.ts';
import { printable, type Terminal } from './terminal.ts';

interface ExplainFlags extends ConnectionFlags {
  readonly type?: string;
  readonly object?: string;
  readonly data?: unknown;
  readonly source?: string;
  readonly limit: number;
}

const examples = `
Examples:
  signalbox explain 01a1fbfe-3c79-7000-9d3b-45c910d3def2     # an event that has happened
  signalbox explain --type vm.error --object gpu-01 --data '{"level": "error"}'

Triggers and tasks are asked as they are now. Nothing is stored and nothing is fired.`;

export function explainCommand(context: CliContext): Command {
  const command = new Command('explain')
    .description('Say which triggers an event fires, and why the others do not.')
    .argument('[event]', 'id of an event that has happened')
    .option('--type <type>', 'type of an event that has not happened, e.g. vm.power_on')
    .option('--object <key>', 'key of the object that it is about')
    .addOption(new Option('--data <json>', 'its data').argParser(jsonArgument))
    .option('--source <source>', 'where it comes from')
    .addOption(
      new Option('--limit <number>', 'how many triggers at most')
        .argParser(limitArgument)
        .default(50, '50, up to 500'),
    )
    .addHelpText('after', examples);
  return addConnectionOptions(command).action((id: string | undefined, flags: ExplainFlags) => {
    if ((id === undefined) === (flags.type === undefined))
      command.error('error: either the id of an event or --type is needed');
    return explain(id, flags, context);
  });
}

async function explain(id: string | undefined, flags: ExplainFlags, context: CliContext): Promise<void> {
  const { type, object, data, source, limit } = flags;
  const answer = await connect(flags, context.env).request({
    ...(id !== undefined
      ? { path: `/api/events/${encodeURIComponent(id)}/explain` }
      : { path: '/api/events:explain', body: { type, object, data, source } }),
    query: { limit },
    answer: explainAnswer,
    signal: context.signal,
  });
  if (flags.json) context.terminal.out.line(JSON.stringify(answer));
  else answer.items.forEach((explanation) => print(explanation, context.terminal));
}

function print(explanation: ExplanationAnswer, { out, err }: Terminal): void {
  const { items, next } = explanation.triggers;
  for (const line of summary(explanation)) out.line(printable(line));
  if (items.length > 0) printTable(out, explainTitles, items.flatMap(explainRows));
  if (next !== undefined) err.line(err.paint('dim', 'There are more triggers: raise --limit.'));
}
