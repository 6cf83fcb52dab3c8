import { Option, type Command } from 'commander';
import { scopes } from '../domain/scopes.ts';
import { z } from '../sdk/schema.ts';
import { scopesArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { connect, type ConnectionFlags } from './connection.ts';
import { newPassword } from './new-password.ts';
import { apiCommand, idArgument, tell } from './resources/bound.ts';
import { idCell, pathPart, stateCell, stateFilter } from './resources/fields.ts';
import { userNames } from './resources/name-source.ts';
import type { Resource } from './resources/resource.ts';
import { resourceCommands } from './resources/resource-commands.ts';
import { addChangeOptions, sendChange, type ChangeFlags } from './resources/send-change.ts';
import { timeText } from './times.ts';

const userAnswer = z.looseObject({
  name: z.string(),
  scopes: z.array(z.string()),
  enabled: z.boolean(),
  lastLoginAt: z.string().optional(),
});

type UserAnswer = z.output<typeof userAnswer>;

const users: Resource<UserAnswer> = {
  command: 'users',
  one: 'user',
  description: 'Show, make and change the users who may log in.',
  path: '/api/users',
  item: userAnswer,
  id: {
    as: 'user',
    description: 'name of the user',
    example: 'alice',
    names: userNames,
    path: (name) => `/api/users/${pathPart(name)}`,
  },
  switchable: true,
  deletable: true,
  list: {
    filters: [
      {
        option: new Option('--scope <scope>', 'only those who have this one').choices(scopes),
        query: 'scope',
      },
      stateFilter(),
    ],
    sort: ['name', 'enabled', 'createdAt', 'updatedAt', 'lastLoginAt'],
    search: true,
    titles: ['NAME', 'SCOPES', 'STATE', 'LAST LOGIN'],
    row: ({ name, scopes: may, enabled, lastLoginAt }) => [
      idCell(name),
      { text: may.join(',') },
      stateCell(enabled),
      { text: lastLoginAt === undefined ? 'never' : timeText(lastLoginAt), style: 'dim' },
    ],
    none: 'No users. Make one: signalbox users create',
  },
};

interface PasswordFlags extends ConnectionFlags {
  readonly passwordStdin?: boolean;
}

interface ScopeFlags extends ChangeFlags {
  readonly scope: readonly string[];
}

export function usersCommand(context: CliContext): Command {
  return resourceCommands(
    { resource: users, context },
    {
      more: [createCommand(context), patchCommand(context), setPasswordCommand(context)],
      examples: [
        'signalbox users list',
        'signalbox users create alice --scope read,operate      # asks for the password',
        'signalbox users set-password alice --password-stdin < password.txt',
        'signalbox users disable alice',
      ],
      notes: 'Sessions of a user who is disabled, deleted or given a new password end at once.',
    },
  );
}

const scopeOption = (): Option =>
  new Option(
    '--scope <scopes>',
    `what the user may do: ${scopes.join(', ')}; several with commas, or repeat it`,
  )
    .argParser(scopesArgument)
    .makeOptionMandatory();

function createCommand(context: CliContext): Command {
  return apiCommand({
    name: 'create',
    description: 'Make a user.',
    examples: [
      'signalbox users create alice --scope read,operate',
      'signalbox users create bob --scope read --password-stdin < password.txt',
    ],
  })
    .addArgument(idArgument(users))
    .addOption(scopeOption())
    .option('--password-stdin', 'read the password from standard input')
    .action((user: string, flags: PasswordFlags & ScopeFlags) => create(user, flags, context));
}

async function create(name: string, flags: PasswordFlags & ScopeFlags, context: CliContext): Promise<void> {
  const { password, made } = await newPassword(name, context, flags);
  const user = await connect(flags, context.env).request({
    path: users.path,
    body: { name, password, scopes: flags.scope },
    answer: userAnswer,
    signal: context.signal,
  });
  tellUser(user, flags, { context, done: 'created' });
  if (made) showPassword(password, context);
}

function patchCommand(context: CliContext): Command {
  const command = apiCommand({
    name: 'patch',
    description: 'Change what a user may do.',
    examples: ['signalbox users patch alice --scope read'],
  })
    .alias('set')
    .addArgument(idArgument(users))
    .addOption(scopeOption());
  return addChangeOptions(command).action((user: string, flags: ScopeFlags) =>
    sendChange(
      {
        ...{ method: 'PATCH', path: users.id.path(user), body: { scopes: flags.scope } },
        ...{ name: user, nameOf: (answer) => nameAndScopes(userAnswer.parse(answer)), done: () => 'changed' },
      },
      { flags, context },
    ),
  );
}

function setPasswordCommand(context: CliContext): Command {
  return apiCommand({
    name: 'set-password',
    description: 'Give a user a new password; sessions end at once.',
    examples: [
      'signalbox users set-password alice',
      'signalbox users set-password alice --password-stdin < password.txt',
    ],
  })
    .addArgument(idArgument(users))
    .option('--password-stdin', 'read the password from standard input')
    .action(async (user: string, flags: PasswordFlags) => {
      const { password, made } = await newPassword(user, context, flags);
      await change(user, { password }, flags, { context, done: 'new password for' });
      if (made) showPassword(password, context);
    });
}

interface Told {
  readonly context: CliContext;
  /** What was done, in a word. */
  readonly done: string;
}

async function change(name: string, body: object, flags: ConnectionFlags, told: Told): Promise<void> {
  const { env, signal } = told.context;
  const request = { method: 'PATCH', path: users.id.path(name), body } as const;
  tellUser(await connect(flags, env).request({ ...request, answer: userAnswer, signal }), flags, told);
}

function tellUser(user: UserAnswer, flags: ConnectionFlags, { context, done }: Told): void {
  tell(context, flags, { done, name: nameAndScopes(user), answer: user });
}

function nameAndScopes({ name, scopes: may }: UserAnswer): string {
  return `${name} (${may.join(', ')})`;
}

/** On standard error, beside the answer that a script reads. */
function showPassword(password: string, { terminal: { err } }: CliContext): void {
  err.line(`password, shown only now: ${password}`);
}
