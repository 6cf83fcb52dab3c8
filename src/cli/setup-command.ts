import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from '../sdk/schema.ts';
import { createApiClient } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import { addUrlOption, urlOf, warnOfVariable } from './connection.ts';
import { keepToken } from './keep-token.ts';
import { newPassword } from './new-password.ts';

interface SetupFlags {
  readonly url?: string;
  readonly data?: string;
  readonly user: string;
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

const answer = z.looseObject({
  user: z.looseObject({ name: z.string() }),
  token: z.looseObject({ name: z.string(), token: z.string() }),
});

const examples = `
Examples:
  signalbox setup sbsetup_…               # what the start of the server has printed
  signalbox setup                         # in the folder of the server: finds it in ./data
  signalbox setup --user alice --password-stdin < password.txt`;

export function setupCommand(context: CliContext): Command {
  const command = new Command('setup')
    .description('Make the first user of a new Signalbox, and an API token for this command.')
    .argument('[setup-token]', 'what the start of the server has printed')
    .option('--user <name>', 'name of the first user', 'admin')
    .option('--password-stdin', 'read the password from standard input')
    .option('--data <dir>', 'data folder of the server, which has the setup token in it (default: ./data)')
    .option('--json', 'print JSON, for scripts')
    .addHelpText('after', examples);
  return addUrlOption(command).action((setupToken: string | undefined, flags: SetupFlags) =>
    setUp(setupToken, flags, context),
  );
}

async function setUp(given: string | undefined, flags: SetupFlags, context: CliContext): Promise<void> {
  const { env, signal } = context;
  const url = urlOf(flags, env);
  const setupToken = given ?? leftToken(flags, env);
  const { password, made } = await newPassword(flags.user, context, flags);
  const apiToken = `setup on ${hostname()}`.slice(0, 100);
  const body = { setupToken, name: flags.user, password, session: false, apiToken };
  const { user, token } = await createApiClient({ url }).request({
    path: '/api/setup',
    body,
    answer,
    signal,
  });
  const file = await keepToken(url, { token: token.token, by: 'setup', name: token.name }, context);
  tell({ user: user.name, ...(made && { password }), token: token.token, file }, flags, context);
  warnOfVariable(context);
}

interface Outcome {
  readonly user: string;
  /** If it was made up. */
  readonly password?: string;
  readonly token: string;
  readonly file: string;
}

function tell(outcome: Outcome, { json }: SetupFlags, { terminal: { out } }: CliContext): void {
  if (json) {
    out.line(JSON.stringify(outcome));
    return;
  }
  const { user, password, token, file } = outcome;
  out.line(`${out.paint('green', 'set up')}  the first user is ${user}`);
  if (password !== undefined) out.line(`  password, shown only now: ${password}`);
  out.line(`The API token is in ${file}, where this command finds it. For other programs:`);
  out.line(`\n  export SIGNALBOX_TOKEN=${token}\n`);
}

/** What the server left for those who may read its data folder. */
function leftToken({ data }: SetupFlags, env: NodeJS.ProcessEnv): string {
  const folder = data ?? (env['SIGNALBOX_DATA'] || 'data');
  const file = join(folder, 'setup-token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CliError(`there is no setup token in ${file}`, {
      remedy:
        'Give the one that the start of the server has printed: signalbox setup sbsetup_… ' +
        'There is none once somebody has used it. A server on another data folder: --data DIR; on another port: --url URL.',
      cause,
    });
  }
}
