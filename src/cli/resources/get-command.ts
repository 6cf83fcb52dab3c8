import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { connect, type ConnectionFlags } from '../connection.ts';
import { printDocument } from '../output.ts';
import { anyAnswer, apiCommand, idArgument } from './bound.ts';
import type { Resource } from './resource.ts';

interface Shown {
  readonly resource: Pick<Resource<unknown>, 'command' | 'one' | 'id'>;
  readonly context: CliContext;
}

export function getCommand({ resource, context }: Shown): Command {
  const { command: group, one, id } = resource;
  const { terminal, env, signal } = context;
  return apiCommand({
    name: 'get',
    description: `Show everything about one ${one}.`,
    examples: [`signalbox ${group} get ${id.example}`, `signalbox ${group} get ${id.example} --json`],
  })
    .alias('show')
    .addArgument(idArgument(resource))
    .action(async (name: string, flags: ConnectionFlags) => {
      const path = id.path(name);
      const answer = await connect(flags, env).request({ path, answer: anyAnswer, signal });
      if (flags.json) terminal.out.line(JSON.stringify(answer));
      else printDocument(terminal.out, answer);
    });
}
