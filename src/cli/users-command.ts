import { Command, Option } from 'commander';
import { scopes } from '../domain/scopes.ts';
import { z } from '../sdk/schema.ts';
import type { CliContext } from './cli-context.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';
import { everyPage } from './every-page.ts';
import { newPassword } from './new-password.ts';
import { printTable, type Cell } from './table.ts';
import { scopesArgument } from './tokens-command.ts';

const userAnswer = z.looseObject({
  name: z.string(),
  scopes: z.array(z.string()),
  enabled: z.boolean(),
  lastLoginAt: z.string().optional(),
});

type UserAnswer = z.output<typeof userAnswer>;

const examples = `
Examples:
  signalbox users list
  signalbox users create alice --scope read,operate      # asks for the password
  signalbox users set-password alice --password-stdin < password.txt
  signalbox users disable alice`;

interface PasswordFlags extends ConnectionFlags {
  readonly passwordStdin?: boolean;
}

interface CreateFlags extends PasswordFlags {
  readonly scope: readonly string[];
}

export function usersCommand(context: CliContext): Command {
  const command = new Command('users')
    .description('List, create and change the users who may log in.')
    .addHelpText('after', examples)
    .addCommand(
      addConnectionOptions(new Command('list').description('Show all users.')).action(
        (flags: ConnectionFlags) => list(flags, context),
      ),
    )
    .addCommand(createCommand(context))
    .addCommand(setPasswordCommand(context));
  const changes = [
    ['enable', 'Let a user log in again.', { enabled: true }],
    ['disable', 'Let a user log in no more; sessions end at once.', { enabled: false }],
  ] as const;
  for (const [name, description, body] of changes) {
    command.addCommand(
      onUser(name, description).action((user: string, flags: ConnectionFlags) =>
        change(user, body, flags, context, `${name}d`),
      ),
    );
  }
  return command.addCommand(
    onUser('delete', 'Delete a user; sessions end at once.').action((user: string, flags: ConnectionFlags) =>
      remove(user, flags, context),
    ),
  );
}

function createCommand(context: CliContext): Command {
  return onUser('create', 'Make a user.')
    .addOption(
      new Option('--scope <scopes>', `what the user may do: ${scopes.join(', ')}; several with commas`)
        .argParser(scopesArgument)
        .makeOptionMandatory(),
    )
    .option('--password-stdin', 'read the password from standard input')
    .action((user: string, flags: CreateFlags) => create(user, flags, context));
}

function setPasswordCommand(context: CliContext): Command {
  return onUser('set-password', 'Give a user a new password; sessions end at once.')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (user: string, flags: PasswordFlags) => {
      const { password, made } = await newPassword(user, context, flags);
      await change(user, { password }, flags, context, 'new password for');
      if (made) showPassword(password, context);
    });
}

/** A command on one user. */
function onUser(name: string, description: string): Command {
  const command = new Command(name).description(description).argument('<user>', 'name of the user');
  return addConnectionOptions(command);
}

async function list(
  flags: ConnectionFlags,
  { terminal: { out, err }, env, signal }: CliContext,
): Promise<void> {
  const users = await everyPage(connect(flags, env), { path: '/api/users', item: userAnswer, signal });
  if (flags.json) out.line(JSON.stringify({ items: users }));
  else if (users.length === 0) err.line('No users. Make one: signalbox users create');
  else printTable(out, ['NAME', 'SCOPES', 'STATE', 'LAST LOGIN'], users.map(row));
}

function row({ name, scopes: may, enabled, lastLoginAt }: UserAnswer): readonly Cell[] {
  return [
    { text: name },
    { text: may.join(',') },
    enabled ? { text: 'enabled' } : { text: 'disabled', style: 'yellow' },
    { text: lastLoginAt?.slice(0, 16) ?? 'never', style: 'dim' },
  ];
}

async function create(name: string, flags: CreateFlags, context: CliContext): Promise<void> {
  const { password, made } = await newPassword(name, context, flags);
  const user = await connect(flags, context.env).request({
    path: '/api/users',
    body: { name, password, scopes: flags.scope },
    answer: userAnswer,
    signal: context.signal,
  });
  tell(user, flags, context, 'created');
  if (made) showPassword(password, context);
}

async function change(
  name: string,
  body: object,
  flags: ConnectionFlags,
  context: CliContext,
  done: string,
): Promise<void> {
  const user = await connect(flags, context.env).request({
    method: 'PATCH',
    path: `/api/users/${encodeURIComponent(name)}`,
    body,
    answer: userAnswer,
    signal: context.signal,
  });
  tell(user, flags, context, done);
}

async function remove(name: string, flags: ConnectionFlags, context: CliContext): Promise<void> {
  const { env, signal, terminal } = context;
  await connect(flags, env).request({
    method: 'DELETE',
    path: `/api/users/${encodeURIComponent(name)}`,
    answer: z.undefined(),
    signal,
  });
  const { out } = terminal;
  if (flags.json) out.line(JSON.stringify({ name, deleted: true }));
  else out.line(`${out.paint('green', 'deleted')}  ${name}`);
}

function tell(
  user: UserAnswer,
  { json }: ConnectionFlags,
  { terminal: { out } }: CliContext,
  done: string,
): void {
  if (json) out.line(JSON.stringify(user));
  else out.line(`${out.paint('green', done)}  ${user.name} (${user.scopes.join(', ')})`);
}

/** On standard error, beside the answer that a script reads. */
function showPassword(password: string, { terminal: { err } }: CliContext): void {
  err.line(`password, shown only now: ${password}`);
}
