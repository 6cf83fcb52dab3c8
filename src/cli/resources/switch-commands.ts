import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { connect, type ConnectionFlags } from '../connection.ts';
import { anyAnswer, apiCommand, idArgument, noAnswer, tell, type Bound, article } from './bound.ts';
import type { Resource } from './resource.ts';

export function switchCommands<Item>(bound: Bound<Item>): readonly Command[] {
  return [switchCommand('enable', true, bound), switchCommand('disable', false, bound)];
}

function switchCommand<Item>(verb: string, enabled: boolean, { resource, context }: Bound<Item>): Command {
  const { command: group, one, id } = resource;
  const { env, signal } = context;
  return apiCommand({
    name: verb,
    description: enabled ? `Switch ${article(one)} on.` : `Switch ${article(one)} off; it stays.`,
    examples: [`signalbox ${group} ${verb} ${id.example}`],
  })
    .addArgument(idArgument(resource))
    .action(async (name: string, flags: ConnectionFlags) => {
      const request = { method: 'PATCH', path: id.path(name), body: { enabled } } as const;
      const answer = await connect(flags, env).request({ ...request, answer: anyAnswer, signal });
      tell(context, flags, { done: `${verb}d`, name, answer });
    });
}

interface Deletable {
  readonly resource: Pick<Resource<unknown>, 'command' | 'one' | 'id'>;
  readonly context: CliContext;
}

export function deleteCommand({ resource, context }: Deletable): Command {
  const { command: group, one, id } = resource;
  const { env, signal } = context;
  return apiCommand({
    name: 'delete',
    description: `Delete ${article(one)}.`,
    examples: [`signalbox ${group} delete ${id.example}`],
  })
    .addArgument(idArgument(resource))
    .action(async (name: string, flags: ConnectionFlags) => {
      await connect(flags, env).request({
        method: 'DELETE',
        path: id.path(name),
        answer: noAnswer,
        signal,
      });
      tell(context, flags, { done: 'deleted', name, answer: { deleted: name } });
    });
}
