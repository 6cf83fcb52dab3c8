import { Option, type Command } from 'commander';
import { z } from '../sdk/schema.ts';
import { statesArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { runIds, NameOption, objectNames, taskIds } from './resources/name-source.ts';
import { pathPart } from './resources/fields.ts';
import type { Resource } from './resources/resource.ts';
import { resourceCommands } from './resources/resource-commands.ts';
import { runAnswer } from './run-answer.ts';
import { runRow } from './run-row.ts';
import type { Cell } from './table.ts';
import { timeArgument, timeText } from './times.ts';

const changeItem = z.looseObject({
  kind: z.literal('change'),
  id: z.string(),
  time: z.string(),
  task: z.object({ id: z.string(), name: z.string() }),
  change: z.string(),
  actor: z.string(),
  changed: z.array(z.string()).optional(),
});
const logItem = z.discriminatedUnion('kind', [runAnswer.extend({ kind: z.literal('run') }), changeItem]);

const logs: Resource<z.output<typeof logItem>> = {
  command: 'logs',
  one: 'entry of the task log',
  description: 'Show the task log: runs, and who created, changed or deleted tasks.',
  path: '/api/task-logs',
  item: logItem,
  id: {
    as: 'entry',
    description: 'id of the entry; that of a run is the id of the run',
    example: '01a1fbfe-3c7b-7000-9234-98e2241a503d',
    names: runIds,
    path: (id) => `/api/task-logs/${pathPart(id)}`,
  },
  list: {
    filters: [
      {
        option: new Option('--kind <kind>', 'only runs, or only changes').choices(['run', 'change']),
        query: 'kind',
      },
      { option: new NameOption('--task <id>', 'only of this task', taskIds), query: 'task' },
      {
        option: new NameOption(
          '--target <type/key>',
          'only runs on this object, e.g. webhook/slack-ops',
          objectNames,
        ),
        query: 'target',
      },
      {
        option: new Option('--state <states>', 'only runs in these states, e.g. failed,held').argParser(
          statesArgument,
        ),
        query: 'state',
      },
      { option: new Option('--from <time>', 'only since then').argParser(timeArgument), query: 'from' },
      { option: new Option('--to <time>', 'only before then').argParser(timeArgument), query: 'to' },
    ],
    search: true,
    titles: ['TIME', 'WHAT', 'TASK', 'BY OR ON', 'ENTRY', 'NOTE'],
    row: (entry, now) => (entry.kind === 'run' ? runRow(entry, now) : changeRow(entry)),
    none: 'No such entries.',
    examples: ['signalbox logs --task tell-ops', 'signalbox logs list --kind change --from 2027-03-01'],
  },
};

function changeRow({
  id,
  time,
  task,
  change,
  actor,
  changed = [],
}: z.output<typeof changeItem>): readonly Cell[] {
  return [
    { text: timeText(time), style: 'dim', whole: true },
    { text: change, style: 'magenta' },
    { text: task.name },
    { text: actor },
    { text: id, style: 'dim', whole: true },
    { text: changed.join(', ') },
  ];
}

export function logsCommand(context: CliContext): Command {
  return resourceCommands(
    { resource: logs, context },
    {
      examples: ['signalbox logs', 'signalbox logs --task tell-ops', `signalbox logs get ${logs.id.example}`],
      notes: 'Attempts, what was sent and what came back: signalbox runs get',
    },
  );
}
