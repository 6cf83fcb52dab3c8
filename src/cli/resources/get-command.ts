import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { connect, type ConnectionFlags } from '../connection.ts';
import { printDocument } from '../output.ts';
import { anyAnswer, apiCommand, idArgument } from './bound.ts';
import type { Resource } from './resource.ts';

interface GetFlags extends ConnectionFlags {
  readonly etag?: boolean;
}

interface Shown {
  readonly resource: Pick<Resource<unknown>, 'command' | 'one' | 'id'> & {
    /** It is changed in the way of resources, and has an ETag. */
    readonly tagged?: boolean;
  };
  /** What there is to say to people besides, about what is shown. */
  readonly hint?: (answer: Readonly<Record<string, unknown>>) => string | undefined;
  readonly context: CliContext;
}

export function getCommand({ resource, context, hint }: Shown): Command {
  const { command: group, one, id } = resource;
  const { terminal, env, signal } = context;
  const command = apiCommand({
    name: 'get',
    description: `Show everything about one ${one}.`,
    examples: [`signalbox ${group} get ${id.example}`, `signalbox ${group} get ${id.example} --json`],
  });
  if (resource.tagged) command.option('--etag', 'print only the tag that --if-match of a change takes');
  return command
    .alias('show')
    .addArgument(idArgument(resource))
    .action(async (name: string, flags: GetFlags) => {
      const path = id.path(name);
      const { answer, etag } = await connect(flags, env).retrieve({ path, answer: anyAnswer, signal });
      if (flags.etag) terminal.out.line(etag ?? '');
      else if (flags.json) terminal.out.line(JSON.stringify(answer));
      else {
        printDocument(terminal.out, answer);
        const said = hint?.(answer);
        if (said !== undefined) terminal.err.line(`${terminal.err.paint('cyan', 'what to do')}: ${said}`);
      }
    });
}
