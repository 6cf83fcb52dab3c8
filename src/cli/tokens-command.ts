import { InvalidArgumentError, Option, type Command } from 'commander';
import { scopes } from '../domain/scopes.ts';
import { z } from '../sdk/schema.ts';
import type { ApiClient } from './api-client.ts';
import { scopesArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { CliError, UsageError } from './cli-error.ts';
import { commandGroup } from './command-group.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { exitCodes } from './exit-codes.ts';
import { everyItem } from './pages.ts';
import { apiCommand, idArgument, noAnswer, tell } from './resources/bound.ts';
import { pathPart } from './resources/fields.ts';
import { listCommand } from './resources/list-command.ts';
import { tokenNames } from './resources/name-source.ts';
import type { Resource } from './resources/resource.ts';
import { timeText } from './times.ts';

const tokenAnswer = z.looseObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string().optional(),
  expiresAt: z.string().optional(),
  lastUsedAt: z.string().optional(),
});

type TokenAnswer = z.output<typeof tokenAnswer>;

const tokens: Resource<TokenAnswer> = {
  command: 'tokens',
  one: 'token',
  description: 'Show, make, change and revoke API tokens.',
  path: '/api/tokens',
  item: tokenAnswer,
  id: {
    as: 'token',
    description: 'its name or its id',
    example: 'ci',
    names: tokenNames,
    path: (id) => `/api/tokens/${pathPart(id)}`,
  },
  list: {
    filters: [
      {
        option: new Option('--scope <scope>', 'only those that have this one').choices(scopes),
        query: 'scope',
      },
      { option: new Option('--expired', 'only those that have ended'), query: 'expired' },
      {
        option: new Option('--created-by <who>', 'only those that this one has made, e.g. user/alice'),
        query: 'createdBy',
      },
    ],
    sort: ['name', 'createdAt', 'updatedAt', 'expiresAt'],
    search: true,
    titles: ['NAME', 'SCOPES', 'LAST USED', 'EXPIRES', 'CREATED BY', 'ID'],
    row: ({ id, name, scopes: may, createdBy = '', expiresAt, lastUsedAt }, now) => [
      { text: name },
      { text: may.join(',') },
      { text: lastUsedAt === undefined ? 'never' : timeText(lastUsedAt), style: 'dim' },
      expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime()
        ? { text: 'expired', style: 'red' }
        : { text: expiresAt === undefined ? 'never' : timeText(expiresAt) },
      { text: createdBy },
      { text: id, style: 'dim', whole: true },
    ],
    none: 'No tokens. Make one: signalbox tokens create',
  },
};

export function tokensCommand(context: CliContext): Command {
  return commandGroup({
    name: tokens.command,
    description: tokens.description,
    examples: [
      'signalbox tokens list',
      'signalbox tokens create ci --scope ingest,read --expires 90d',
      'signalbox tokens revoke ci',
    ],
    list: listCommand({ resource: tokens, context }),
    others: [createCommand(context), patchCommand(context), revokeCommand(context)],
  });
}

interface TokenFlags extends ConnectionFlags {
  readonly name?: string;
  readonly scope?: readonly string[];
  readonly expires?: string;
}

const scopeOption = (): Option =>
  new Option(
    '--scope <scopes>',
    `what it may do: ${scopes.join(', ')}; several with commas, or repeat it`,
  ).argParser(scopesArgument);
const expiresOption = (usual: string): Option =>
  new Option('--expires <when>', `end of its life, e.g. 90d, 12h, 2027-01-31, never${usual}`).argParser(
    expiryArgument,
  );

function createCommand(context: CliContext): Command {
  return apiCommand({
    name: 'create',
    description: 'Make an API token and print it: it is shown only now.',
    examples: [
      'signalbox tokens create ci --scope ingest,read --expires 90d',
      'signalbox tokens create prometheus --scope read > /etc/prometheus/signalbox-token',
    ],
  })
    .argument('<name>', 'what it is for, e.g. ci')
    .addOption(scopeOption().makeOptionMandatory())
    .addOption(expiresOption(' (default: never)'))
    .action((name: string, flags: TokenFlags) => create(name, flags, context));
}

async function create(
  name: string,
  flags: TokenFlags,
  { terminal: { out, err }, env, signal }: CliContext,
): Promise<void> {
  const made = await connect(flags, env).request({
    path: tokens.path,
    body: { name, scopes: flags.scope, expiresAt: flags.expires === never ? undefined : flags.expires },
    answer: tokenAnswer.extend({ token: z.string() }),
    signal,
  });
  if (flags.json) {
    out.line(JSON.stringify(made));
    return;
  }
  err.line(
    `${err.paint('green', 'created')}  ${name} (${made.scopes.join(', ')}); the token, shown only now:`,
  );
  out.line(made.token);
}

function patchCommand(context: CliContext): Command {
  return apiCommand({
    name: 'patch',
    description: 'Change what an API token may do, when it ends, or its name.',
    examples: ['signalbox tokens patch ci --scope read', 'signalbox tokens patch ci --expires never'],
  })
    .alias('set')
    .addArgument(idArgument(tokens))
    .option('--name <name>', 'another name')
    .addOption(scopeOption())
    .addOption(expiresOption(''))
    .action(async (nameOrId: string, flags: TokenFlags) => {
      const body = {
        name: flags.name,
        scopes: flags.scope,
        expiresAt: flags.expires === never ? null : flags.expires,
      };
      if (Object.values(body).every((value) => value === undefined))
        throw new UsageError('there is nothing to change', { remedy: 'Give --scope, --expires or --name.' });
      const api = connect(flags, context.env);
      const { id } = await find(nameOrId, api, context);
      const request = { method: 'PATCH', path: tokens.id.path(id), body } as const;
      const answer = await api.request({ ...request, answer: tokenAnswer, signal: context.signal });
      tell(context, flags, { done: 'changed', name: `${answer.name} (${answer.scopes.join(', ')})`, answer });
    });
}

function revokeCommand(context: CliContext): Command {
  return apiCommand({
    name: 'revoke',
    description: 'Revoke an API token, at once.',
    examples: ['signalbox tokens revoke ci'],
  })
    .alias('delete')
    .addArgument(idArgument(tokens))
    .action(async (nameOrId: string, flags: ConnectionFlags) => {
      const api = connect(flags, context.env);
      const { id, name } = await find(nameOrId, api, context);
      const path = tokens.id.path(id);
      await api.request({ method: 'DELETE', path, answer: noAnswer, signal: context.signal });
      tell(context, flags, { done: 'revoked', name, answer: { id, name, revoked: true } });
    });
}

async function find(nameOrId: string, api: ApiClient, { signal }: CliContext): Promise<TokenAnswer> {
  const { items } = await everyItem(api, { path: tokens.path, item: tokenAnswer, signal });
  const token = items.find(({ id }) => id === nameOrId) ?? items.find(({ name }) => name === nameOrId);
  if (token) return token;
  throw new CliError(`there is no token ${nameOrId}`, {
    code: 'NOT_FOUND',
    remedy: 'See: signalbox tokens list',
    exit: exitCodes.notFound,
  });
}

const never = 'never';
const units: Readonly<Record<string, number>> = { h: 3_600_000, d: 24 * 3_600_000 };

/** A time, or so many hours or days from now, as RFC 3339; or `never`. */
function expiryArgument(value: string): string {
  if (value === never) return never;
  const [, count = '', unit = ''] = /^(\d{1,5})([hd])$/.exec(value) ?? [];
  // A number alone would be taken for a year.
  const isTime = /^\d{4}-\d\d/.test(value);
  const time =
    count === '' ? (isTime ? Date.parse(value) : NaN) : Date.now() + Number(count) * (units[unit] ?? 0);
  if (Number.isNaN(time)) throw new InvalidArgumentError('It is a time, such as 2027-01-31, or 90d or 12h.');
  return new Date(time).toISOString();
}
