import { Command, InvalidArgumentError, Option } from 'commander';
import { scopes } from '../domain/scopes.ts';
import { z } from '../sdk/schema.ts';
import type { ApiClient } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';
import { everyPage } from './every-page.ts';
import { printTable, type Cell } from './table.ts';

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

const examples = `
Examples:
  signalbox tokens list
  signalbox tokens create ci --scope ingest,read --expires 90d
  signalbox tokens revoke ci`;

export function tokensCommand(context: CliContext): Command {
  return new Command('tokens')
    .description('List, create and revoke API tokens.')
    .addHelpText('after', examples)
    .addCommand(listCommand(context))
    .addCommand(createCommand(context))
    .addCommand(revokeCommand(context));
}

function listCommand(context: CliContext): Command {
  const command = new Command('list').description('Show all API tokens, the oldest first.');
  return addConnectionOptions(command).action((flags: ConnectionFlags) => list(flags, context));
}

async function list(
  flags: ConnectionFlags,
  { terminal: { out, err }, env, signal }: CliContext,
): Promise<void> {
  const tokens = await allTokens(connect(flags, env), signal);
  if (flags.json) out.line(JSON.stringify({ items: tokens }));
  else if (tokens.length === 0) err.line('No tokens. Make one: signalbox tokens create');
  else printTable(out, ['NAME', 'SCOPES', 'LAST USED', 'EXPIRES', 'CREATED BY', 'ID'], tokens.map(row));
}

function row({ id, name, scopes: may, createdBy = '', expiresAt, lastUsedAt }: TokenAnswer): readonly Cell[] {
  const expired = expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
  return [
    { text: name },
    { text: may.join(',') },
    { text: lastUsedAt?.slice(0, 16) ?? 'never', style: 'dim' },
    expired ? { text: 'expired', style: 'red' } : { text: expiresAt?.slice(0, 16) ?? 'never' },
    { text: createdBy },
    { text: id, style: 'dim' },
  ];
}

interface CreateFlags extends ConnectionFlags {
  readonly scope: readonly string[];
  readonly expires?: string;
}

function createCommand(context: CliContext): Command {
  const command = new Command('create')
    .description('Make an API token and print it: it is shown only now.')
    .argument('<name>', 'what it is for, e.g. ci')
    .addOption(
      new Option('--scope <scopes>', `what it may do: ${scopes.join(', ')}; several with commas`)
        .argParser(scopesArgument)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--expires <when>', 'end of its life, e.g. 90d, 12h, 2027-01-31 (default: never)').argParser(
        expiryArgument,
      ),
    );
  return addConnectionOptions(command).action((name: string, flags: CreateFlags) =>
    create(name, flags, context),
  );
}

async function create(
  name: string,
  flags: CreateFlags,
  { terminal: { out, err }, env, signal }: CliContext,
): Promise<void> {
  const made = await connect(flags, env).request({
    path: '/api/tokens',
    body: { name, scopes: flags.scope, expiresAt: flags.expires },
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

function revokeCommand(context: CliContext): Command {
  const command = new Command('revoke')
    .description('Revoke an API token, at once.')
    .argument('<token>', 'its name or its id');
  return addConnectionOptions(command).action((token: string, flags: ConnectionFlags) =>
    revoke(token, flags, context),
  );
}

async function revoke(
  nameOrId: string,
  flags: ConnectionFlags,
  { terminal: { out }, env, signal }: CliContext,
): Promise<void> {
  const api = connect(flags, env);
  const tokens = await allTokens(api, signal);
  const token = tokens.find(({ id }) => id === nameOrId) ?? tokens.find(({ name }) => name === nameOrId);
  if (!token) {
    throw new CliError(`there is no token ${nameOrId}`, {
      code: 'NOT_FOUND',
      remedy: 'See: signalbox tokens list',
    });
  }
  await api.request({
    method: 'DELETE',
    path: `/api/tokens/${encodeURIComponent(token.id)}`,
    answer: z.undefined(),
    signal,
  });
  if (flags.json) out.line(JSON.stringify({ id: token.id, name: token.name, revoked: true }));
  else out.line(`${out.paint('green', 'revoked')}  ${token.name}`);
}

function allTokens(api: ApiClient, signal: AbortSignal | undefined): Promise<readonly TokenAnswer[]> {
  return everyPage(api, { path: '/api/tokens', item: tokenAnswer, signal });
}

/** `ingest,read`. */
export function scopesArgument(value: string): readonly string[] {
  const given = value.split(',').map((scope) => scope.trim());
  const unknown = given.find((scope) => !scopes.some((known) => known === scope));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`"${unknown}" is not a scope; scopes are ${scopes.join(', ')}.`);
  return given;
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, d: 24 * 3_600_000 };

/** A time, or so many hours or days from now, as RFC 3339. */
function expiryArgument(value: string): string {
  const [, count = '', unit = ''] = /^(\d{1,5})([hd])$/.exec(value) ?? [];
  const time = count === '' ? Date.parse(value) : Date.now() + Number(count) * (units[unit] ?? 0);
  if (Number.isNaN(time)) throw new InvalidArgumentError('It is a time, such as 2027-01-31, or 90d or 12h.');
  return new Date(time).toISOString();
}
