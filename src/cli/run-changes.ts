import type { Command } from 'commander';
import { z } from '../sdk/schema.ts';
import type { ApiClient } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { CliError, printError, UsageError } from './cli-error.ts';
import { confirm } from './confirm.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { exitCodes } from './exit-codes.ts';
import { everyItem } from './pages.ts';
import { anyAnswer, apiCommand } from './resources/bound.ts';
import { pathPart } from './resources/fields.ts';
import { NameArgument, runIds } from './resources/name-source.ts';
import { addRunFilters, filtersOf, type RunFilters } from './run-filters.ts';

type Verb = 'retry' | 'cancel';

interface ChangeFlags extends ConnectionFlags, RunFilters {
  readonly yes?: boolean;
}

interface Words {
  readonly description: string;
  /** Of the runs that the API takes unless told. */
  readonly states: string;
  readonly done: string;
  /** What else there is to say to people. */
  readonly note?: string;
  readonly question: (runs: string) => string;
}

const words: Readonly<Record<Verb, Words>> = {
  retry: {
    description:
      'Try runs again: those named, or all that fit; failed and held ones unless --state says otherwise.',
    states: 'failed,held',
    done: 'put back',
    note: 'It waits in the queue, and is held again if its target is still switched off or missing.',
    question: (runs) => `Try ${runs} again?`,
  },
  cancel: {
    description:
      'Cancel runs: those named, or all that fit; pending and held ones unless --state says otherwise.',
    states: 'pending,held',
    done: 'cancelled',
    question: (runs) => `Cancel ${runs}?`,
  },
};

/** Beyond so many, the question does not count them all. */
const mostCounted = 10_000;

export function runChangeCommand(verb: Verb, context: CliContext): Command {
  const command = apiCommand({
    name: verb,
    description: words[verb].description,
    examples: [
      `signalbox runs ${verb} 01a1fbfe-3c7b-7000-9234-98e2241a503d`,
      `signalbox runs ${verb} --object webhook/slack-ops       # asks, with how many there are`,
      `signalbox runs ${verb} --task tell-ops --state held --yes`,
    ],
  }).addArgument(new NameArgument('[runs...]', 'ids of runs', runIds));
  return addRunFilters(command)
    .option('--yes', 'do not ask, for scripts')
    .action((ids: readonly string[], flags: ChangeFlags) =>
      ids.length > 0 ? changeNamed(verb, ids, { flags, context }) : changeFitting(verb, { flags, context }),
    );
}

interface Asked {
  readonly flags: ChangeFlags;
  readonly context: CliContext;
}

async function changeNamed(verb: Verb, ids: readonly string[], { flags, context }: Asked): Promise<void> {
  if (Object.keys(filtersOf(flags)).length > 0)
    throw new UsageError('it takes either ids of runs or what the runs have to fit, not both');
  const { terminal, env, signal } = context;
  const api = connect(flags, env);
  const items: unknown[] = [];
  const failures: CliError[] = [];
  for (const id of ids) {
    const path = `/api/runs/${pathPart(id)}/${verb}`;
    try {
      items.push(await api.request({ method: 'POST', path, answer: anyAnswer, signal }));
      if (!flags.json) terminal.out.line(`${terminal.out.paint('green', words[verb].done)}  ${id}`);
    } catch (error) {
      // With one that is refused the others are not meant the less. Without a server there is no use in going on.
      if (!(error instanceof CliError) || ids.length === 1 || isGeneral(error)) throw error;
      failures.push(error);
      if (flags.json) items.push({ id, error: { code: error.code, message: error.message } });
      printError(terminal.err, error, id);
    }
  }
  const { note } = words[verb];
  if (flags.json) terminal.out.line(JSON.stringify({ items }));
  else if (note !== undefined && failures.length < ids.length) terminal.err.line(note);
  if (failures.length > 0) throw someFailed(failures, ids.length);
}

/** It would be the same with every other one. */
function isGeneral({ exit }: CliError): boolean {
  return exit === exitCodes.refused || exit === exitCodes.unreachable;
}

function someFailed(failures: readonly CliError[], count: number): CliError {
  const exit = failures.map((failure) => failure.exit).reduce((worst, one) => (one > worst ? one : worst));
  return new CliError(`${failures.length} of ${count} runs could not be changed`, { exit });
}

const bulkAnswer = z.looseObject({ runs: z.number(), more: z.boolean() });

async function changeFitting(verb: Verb, { flags, context }: Asked): Promise<void> {
  const { done, states, question } = words[verb];
  const filters = filtersOf(flags);
  if (Object.keys(filters).length === 0) {
    throw new UsageError('it is not said which runs', {
      remedy: `Name their ids, or what they have to fit; all of them: signalbox runs ${verb} --state ${states}`,
    });
  }
  const { terminal, env } = context;
  const api = connect(flags, env);
  // A question about what is there now must not be answered for what comes later: the states are those that were counted.
  const wanted = { state: states, ...filters };
  const count = await counted(api, wanted, context);
  if (count > 0) await confirm(question(runsText(count)), flags, context);
  if (count === 0) {
    if (flags.json) terminal.out.line(JSON.stringify({ runs: 0, more: false }));
    else terminal.err.line('No such runs.');
    return;
  }
  const answer = await api.request({
    path: `/api/runs:${verb}`,
    body: { ...wanted, state: wanted.state.split(',') },
    answer: bulkAnswer,
    signal: context.signal,
  });
  if (flags.json) terminal.out.line(JSON.stringify(answer));
  else terminal.out.line(`${terminal.out.paint('green', done)}  ${runsText(answer.runs)}`);
  if (!flags.json && answer.more) terminal.err.line('There are more: run it once more.');
}

async function counted(api: ApiClient, wanted: RunFilters, { signal }: CliContext): Promise<number> {
  const request = { path: '/api/runs', query: { ...wanted }, item: anyAnswer, limit: mostCounted, signal };
  const { items, next } = await everyItem(api, request);
  return next === undefined ? items.length : Infinity;
}

function runsText(count: number): string {
  if (count === Infinity) return `more than ${mostCounted} runs`;
  return count === 1 ? '1 run' : `${count} runs`;
}
