import { Option, type Command } from 'commander';
import { z } from '../sdk/schema.ts';
import { jsonArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { published, tellPublished } from './published.ts';
import { addPagingOptions, type PagingFlags } from './list-options.ts';
import { printJsonList, printPages } from './output.ts';
import { pages } from './pages.ts';
import { apiCommand, idArgument } from './resources/bound.ts';
import { idCell } from './resources/fields.ts';
import { resourceCommands } from './resources/resource-commands.ts';
import { tasks } from './resources/tasks.ts';
import type { Cell } from './table.ts';
import { timeText } from './times.ts';

export function tasksCommand(context: CliContext): Command {
  return resourceCommands(
    { resource: tasks, context },
    {
      more: [runCommand(context), targetsCommand(context)],
      examples: [
        'signalbox tasks create tell-ops --action webhook.send --object slack-ops \\',
        "    --set settings.message.text='${NAME} was switched on at ${DATE}'",
        'signalbox tasks run tell-ops',
        'signalbox tasks targets gpus-off       # what it would act on now',
      ],
    },
  );
}

interface RunFlags extends ConnectionFlags {
  readonly data?: unknown;
}

function runCommand(context: CliContext): Command {
  return apiCommand({
    name: 'run',
    description: 'Run a task by hand, at once.',
    examples: ['signalbox tasks run tell-ops', `signalbox tasks run tell-ops --data '{"why": "a test"}'`],
  })
    .addArgument(idArgument(tasks))
    .addOption(new Option('--data <json>', 'what its messages find in event.data').argParser(jsonArgument))
    .action(async (id: string, flags: RunFlags) => {
      const answer = await connect(flags, context.env).request({
        path: `${tasks.id.path(id)}/run`,
        body: { data: flags.data },
        answer: published,
        signal: context.signal,
      });
      tellPublished(answer, flags, context);
    });
}

const targetItem = z.looseObject({
  type: z.string(),
  key: z.string(),
  name: z.string(),
  wouldAct: z.boolean(),
  reason: z.string().optional(),
  notBefore: z.string().optional(),
});

function targetsCommand({ terminal, env, signal }: CliContext): Command {
  const command = apiCommand({
    name: 'targets',
    description: 'Show what a task would act on if it fired now. Nothing is fired.',
    examples: ['signalbox tasks targets gpus-off'],
  }).addArgument(idArgument(tasks));
  return addPagingOptions(command, 50).action(async (id: string, flags: ConnectionFlags & PagingFlags) => {
    const found = pages(connect(flags, env), {
      path: `${tasks.id.path(id)}/targets`,
      item: targetItem,
      limit: flags.all ? Infinity : flags.limit,
      signal,
    });
    if (flags.json) await printJsonList(terminal.out, found);
    else await printPages(terminal, found, { titles, row, none: 'It would act on nothing.' });
  });
}

const titles = ['TARGET', 'ACTS', 'NAME', 'WHY'];

function row({
  type,
  key,
  name,
  wouldAct,
  reason = '',
  notBefore,
}: z.output<typeof targetItem>): readonly Cell[] {
  return [
    idCell(`${type}/${key}`),
    wouldAct ? { text: 'yes', style: 'green' } : { text: 'no', style: 'yellow' },
    { text: name },
    { text: notBefore === undefined ? reason : `waits until ${timeText(notBefore)}` },
  ];
}
