import type { Command } from 'commander';
import { z } from '../../sdk/schema.ts';
import type { ApiRequest } from '../api-client.ts';
import { changeAnswer, printAlso, printDryRun } from '../change-answer.ts';
import type { CliContext } from '../cli-context.ts';
import { connect, type ConnectionFlags } from '../connection.ts';
import { anyAnswer, tell } from './bound.ts';

export interface ChangeFlags extends ConnectionFlags {
  readonly dryRun?: boolean;
  readonly ifMatch?: string;
  readonly force?: boolean;
}

/** Options of commands that change one resource; with `existing` it is there already. */
export function addChangeOptions(command: Command, { existing = true } = {}): Command {
  command.option('--dry-run', 'say what it would change, and change nothing');
  return existing
    ? command.option('--if-match <etag>', 'only if it is still as `get --etag` has said')
    : command;
}

interface Change extends Pick<ApiRequest<unknown>, 'method' | 'path' | 'body' | 'onlyNew'> {
  /** Before there is an answer; of a dry run. */
  readonly name: string;
  readonly nameOf?: (answer: Readonly<Record<string, unknown>>) => string;
  /** What has been done, in a word. */
  readonly done: (status: number) => string;
}

interface Asked {
  readonly flags: ChangeFlags;
  readonly context: CliContext;
}

/** Sends a change, or has the server say what it would come to, and tells. */
export async function sendChange(change: Change, { flags, context }: Asked): Promise<void> {
  const { name, nameOf, done, ...request } = change;
  const { ifMatch } = flags;
  const { signal } = context;
  if (flags.dryRun) {
    await tellDryRun({ ...request, ifMatch }, name, { flags, context });
    return;
  }
  const api = connect(flags, context.env);
  const { answer, status } = await api.retrieve({ ...request, ifMatch, answer: anyAnswer, signal });
  tell(context, flags, { done: done(status), name: nameOf?.(answer) ?? name, answer });
}

type ChangeRequest = Omit<ApiRequest<unknown>, 'answer' | 'query' | 'signal'>;

async function tellDryRun(request: ChangeRequest, name: string, { flags, context }: Asked): Promise<void> {
  const { terminal, signal, env } = context;
  const query = { dryRun: 'true', force: flags.force ? 'true' : undefined };
  const answer = await connect(flags, env).request({ ...request, query, answer: changeAnswer, signal });
  if (flags.json) terminal.out.line(JSON.stringify(answer));
  else printDryRun(terminal.out, name, answer);
}

/** Deletes, with `force` also what others name: they are switched off, and it is told which. */
export async function sendRemoval(path: string, name: string, { flags, context }: Asked): Promise<void> {
  const request = { method: 'DELETE', path, ifMatch: flags.ifMatch } as const;
  if (flags.dryRun) {
    await tellDryRun(request, name, { flags, context });
    return;
  }
  const answer = await connect(flags, context.env).request({
    ...request,
    query: { force: flags.force ? 'true' : undefined },
    answer: z.union([z.undefined(), changeAnswer]),
    signal: context.signal,
  });
  tell(context, flags, { done: 'deleted', name, answer: answer ?? { deleted: name } });
  if (answer && !flags.json) printAlso(context.terminal.out, answer);
}
