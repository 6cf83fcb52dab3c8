import { Command } from 'commander';
import { z } from '../sdk/schema.ts';
import { createApiClient } from './api-client.ts';
import { firstLine, type CliContext } from './cli-context.ts';
import { UsageError } from './cli-error.ts';
import {
  addConnectionOptions,
  addUrlOption,
  connect,
  urlOf,
  warnOfVariable,
  type ConnectionFlags,
} from './connection.ts';
import { forgetToken, storedToken } from './credentials.ts';
import { apiTokenText, endSession, keepToken, staysValid } from './keep-token.ts';

interface LoginFlags {
  readonly url?: string;
  /** True: it is asked for. */
  readonly token?: string | true;
  readonly tokenStdin?: boolean;
  readonly user?: string;
  readonly passwordStdin?: boolean;
}

const who = z.looseObject({
  kind: z.enum(['token', 'user']),
  name: z.string(),
  scopes: z.array(z.string()),
  expiresAt: z.string().optional(),
  token: z.string().optional(),
});

const loginExamples = `
Examples:
  signalbox login                         # asks for user and password
  signalbox login --user alice --password-stdin < password.txt
  signalbox login --token-stdin < token   # keeps an API token; with --token and no value it asks for one`;

export function loginCommand(context: CliContext): Command {
  const command = new Command('login')
    .description('Log in, for the commands that follow.')
    .option('--user <name>', 'name of the user')
    .option('--password-stdin', 'read the password from standard input')
    .option('--token [token]', 'keep an API token instead: asks for it, since others can see a command line')
    .option('--token-stdin', 'the same, read from standard input')
    .addHelpText('after', loginExamples);
  return addUrlOption(command).action((flags: LoginFlags) => logIn(flags, context));
}

async function logIn(flags: LoginFlags, context: CliContext): Promise<void> {
  const { env, terminal } = context;
  const url = urlOf(flags, env);
  const apiToken = await apiTokenOf(flags, context);
  const { name, token, expiresAt } = await (apiToken === undefined
    ? begin(url, flags, context)
    : identify(url, apiToken, context));
  const by = apiToken === undefined ? 'login' : 'login --token';
  const file = await keepToken(url, { token, by, name }, context);
  const until = expiresAt === undefined ? '' : `, until ${expiresAt}`;
  terminal.out.line(`${terminal.out.paint('green', 'logged in')}  as ${name} at ${url}${until}`);
  terminal.err.line(`It is kept in ${file}.`);
  warnOfVariable(context);
}

/** Undefined when somebody logs in with a password. */
async function apiTokenOf(
  { token, tokenStdin }: LoginFlags,
  context: CliContext,
): Promise<string | undefined> {
  if (tokenStdin) return (await firstLine(context)).trim();
  if (token !== true) return token;
  if (context.prompt) return (await context.prompt.secret('API token: ')).trim();
  throw new UsageError('nobody can be asked for a token here', {
    remedy: 'Give it by standard input: signalbox login --token-stdin < FILE',
  });
}

interface Login {
  readonly name: string;
  readonly token: string;
  readonly expiresAt?: string | undefined;
}

async function begin(url: string, flags: LoginFlags, context: CliContext): Promise<Login> {
  const body = { ...(await credentials(flags, context)), as: 'bearer' };
  const { signal } = context;
  const answer = who.extend({ token: z.string() });
  return createApiClient({ url }).request({ path: '/api/session', body, answer, signal });
}

const tokenRemedy =
  'Give an API token of this Signalbox, as `signalbox tokens create` has printed it; it may have been revoked, or have ended.';

async function identify(url: string, token: string, { signal }: CliContext): Promise<Login> {
  const { name, expiresAt } = await createApiClient({ url, token, tokenRemedy }).request({
    path: '/api/session',
    answer: who,
    signal,
  });
  return { name, token, expiresAt };
}

async function credentials(
  { user, passwordStdin }: LoginFlags,
  context: CliContext,
): Promise<{ readonly user: string; readonly password: string }> {
  const { prompt } = context;
  if (!prompt && (user === undefined || !passwordStdin)) {
    throw new UsageError('nobody can be asked for a password here', {
      remedy:
        'Give --user NAME --password-stdin, or --token-stdin; or set SIGNALBOX_TOKEN instead of logging in.',
    });
  }
  const name = user ?? (await prompt?.ask('User: ')) ?? '';
  const password = passwordStdin ? await firstLine(context) : await prompt?.secret('Password: ');
  return { user: name, password: password ?? '' };
}

const logoutExamples = `
Examples:
  signalbox logout`;

export function logoutCommand(context: CliContext): Command {
  const command = new Command('logout')
    .description(
      'End the session of `signalbox login` and forget it; an API token that was kept is forgotten only.',
    )
    .addHelpText('after', logoutExamples);
  return addUrlOption(command).action((flags: Pick<ConnectionFlags, 'url'>) => logOut(flags, context));
}

async function logOut(flags: Pick<ConnectionFlags, 'url'>, context: CliContext): Promise<void> {
  const { env, terminal, signal } = context;
  const url = urlOf(flags, env);
  const kept = storedToken(url, env);
  if (kept === undefined) {
    terminal.out.line(`not logged in at ${url}`);
    return;
  }
  if (kept.by === 'login' || kept.by === undefined) await endSession(url, kept, signal);
  forgetToken(url, env);
  terminal.out.line(`logged out at ${url}`);
  if (kept.by === 'setup' || kept.by === 'login --token')
    terminal.err.line(`It was ${apiTokenText(kept)}: it is forgotten here, and ${staysValid(kept)}`);
}

const whoamiExamples = `
Examples:
  signalbox whoami
  signalbox whoami --json`;

export function whoamiCommand(context: CliContext): Command {
  const command = new Command('whoami')
    .description('Show as whom the commands act, and what that may do.')
    .addHelpText('after', whoamiExamples);
  return addConnectionOptions(command).action((flags: ConnectionFlags) => whoAmI(flags, context));
}

async function whoAmI(flags: ConnectionFlags, { terminal: { out }, env, signal }: CliContext): Promise<void> {
  const api = connect(flags, env);
  const answer = await api.request({ path: '/api/session', answer: who, signal });
  if (flags.json) {
    out.line(JSON.stringify(answer));
    return;
  }
  const { kind, name, scopes, expiresAt } = answer;
  const until = expiresAt === undefined ? '' : `, until ${expiresAt}`;
  out.line(`${kind} ${name} at ${urlOf(flags, env)}: ${scopes.join(', ')}${until}`);
}
