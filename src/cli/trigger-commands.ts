import { Option, type Command } from 'commander';
import { jsonArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { published, tellPublished } from './published.ts';
import { apiCommand, idArgument } from './resources/bound.ts';
import { NameOption, objectKeys } from './resources/name-source.ts';
import { resourceCommands } from './resources/resource-commands.ts';
import { triggers } from './resources/triggers.ts';

export function triggersCommand(context: CliContext): Command {
  return resourceCommands(
    { resource: triggers, context },
    {
      more: [fireCommand(context)],
      examples: [
        'signalbox triggers list --task tell-ops',
        'signalbox triggers create gpu-on --event vm.power_on --tag vms/gpu --task tell-ops',
        'signalbox triggers fire gpu-on --object gpu-01',
      ],
      notes: 'Why one fires or does not: signalbox explain',
    },
  );
}

interface FireFlags extends ConnectionFlags {
  readonly object?: string;
  readonly data?: unknown;
}

function fireCommand(context: CliContext): Command {
  return apiCommand({
    name: 'fire',
    description: 'Fire a trigger by hand as if its event had happened; its filter is not asked.',
    examples: [
      'signalbox triggers fire gpu-on --object gpu-01',
      `signalbox triggers fire gpu-on --object gpu-01 --data '{"by": "JThompson"}'`,
    ],
  })
    .addArgument(idArgument(triggers))
    .addOption(
      new NameOption(
        '--object <key>',
        'to which object it happened (default: that of the trigger)',
        objectKeys,
      ),
    )
    .addOption(new Option('--data <json>', 'data of the event').argParser(jsonArgument))
    .action(async (id: string, { object, data, ...flags }: FireFlags) => {
      const answer = await connect(flags, context.env).request({
        path: `${triggers.id.path(id)}/fire`,
        body: { object, data },
        answer: published,
        signal: context.signal,
      });
      tellPublished(answer, flags, context);
    });
}
