import type { Command } from 'commander';
import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import { connect } from './connection.ts';
import { apiCommand, idArgument } from './resources/bound.ts';
import { NameArgument, objectNames } from './resources/name-source.ts';
import { resourceCommands } from './resources/resource-commands.ts';
import { sendChange, type ChangeFlags } from './resources/send-change.ts';
import { tagPath, tags } from './resources/tags.ts';

export function tagsCommand(context: CliContext): Command {
  return resourceCommands(
    { resource: tags, context },
    {
      more: [
        retagCommand('add', 'Put a tag on objects. The tag comes into being with it.', context),
        retagCommand('remove', 'Take a tag from objects.', context),
      ],
      examples: [
        'signalbox tags list',
        'signalbox tags add vms/gpu vm/gpu-01 vm/gpu-02',
        'signalbox objects list --tag vms/gpu',
      ],
    },
  );
}

const retagged = z.looseObject({ name: z.string(), added: z.number(), removed: z.number() });

function retagCommand(verb: 'add' | 'remove', description: string, context: CliContext): Command {
  const { terminal, env, signal } = context;
  return apiCommand({
    name: verb,
    description,
    examples: [`signalbox tags ${verb} vms/gpu vm/gpu-01 vm/gpu-02`],
  })
    .addArgument(idArgument(tags))
    .addArgument(new NameArgument('<objects...>', 'objects, e.g. vm/gpu-01', objectNames))
    .option('--dry-run', 'say what it would change, and change nothing')
    .action(async (tag: string, objects: readonly string[], flags: ChangeFlags) => {
      const request = { path: `${tagPath(tag)}/objects`, body: { [verb]: objects } };
      const { out } = terminal;
      if (flags.dryRun) {
        await sendChange({ ...request, name: tag, done: () => '' }, { flags, context });
        return;
      }
      const answer = await connect(flags, env).request({ ...request, answer: retagged, signal });
      if (flags.json) out.line(JSON.stringify(answer));
      else
        out.line(`${out.paint('green', 'tagged')}  ${tag}: ${answer.added} added, ${answer.removed} removed`);
    });
}
