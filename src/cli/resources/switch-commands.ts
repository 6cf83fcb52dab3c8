import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import type { ConnectionFlags } from '../connection.ts';
import { apiCommand, article, idArgument, type Bound } from './bound.ts';
import type { Resource } from './resource.ts';
import { addChangeOptions, sendChange, sendRemoval, type ChangeFlags } from './send-change.ts';

export function switchCommands<Item>(bound: Bound<Item>): readonly Command[] {
  return [switchCommand('enable', true, bound), switchCommand('disable', false, bound)];
}

function switchCommand<Item>(verb: string, enabled: boolean, { resource, context }: Bound<Item>): Command {
  const { command: group, one, id } = resource;
  const command = apiCommand({
    name: verb,
    description: enabled ? `Switch ${article(one)} on.` : `Switch ${article(one)} off; it stays.`,
    examples: [`signalbox ${group} ${verb} ${id.example}`],
  });
  return addChangeOptions(command)
    .addArgument(idArgument(resource))
    .action((name: string, flags: ChangeFlags) => {
      const request = { method: 'PATCH', path: id.path(name), body: { enabled } } as const;
      return sendChange({ ...request, name, done: () => `${verb}d` }, { flags, context });
    });
}

interface Deletable {
  readonly resource: Pick<Resource<unknown>, 'command' | 'one' | 'id' | 'nameable'>;
  readonly context: CliContext;
}

export function deleteCommand({ resource, context }: Deletable): Command {
  const { command: group, one, id, nameable } = resource;
  const command = apiCommand({
    name: 'delete',
    description: `Delete ${article(one)}${nameable ? ', unless others name it' : ''}.`,
    examples: [
      `signalbox ${group} delete ${id.example}`,
      ...(nameable ? [`signalbox ${group} delete ${id.example} --force --dry-run`] : []),
    ],
  });
  addChangeOptions(command);
  if (nameable)
    command.option('--force', 'although others name it: those are switched off, objects lose the tag');
  return command
    .addArgument(idArgument(resource))
    .action((name: string, flags: ChangeFlags) => sendRemoval(id.path(name), name, { flags, context }));
}

/** Of what is no resource: it is deleted, and that is all. */
export function plainDeleteCommand({ resource, context }: Deletable): Command {
  const { command: group, one, id } = resource;
  return apiCommand({
    name: 'delete',
    description: `Delete ${article(one)}.`,
    examples: [`signalbox ${group} delete ${id.example}`],
  })
    .addArgument(idArgument(resource))
    .action((name: string, flags: ConnectionFlags) => sendRemoval(id.path(name), name, { flags, context }));
}
