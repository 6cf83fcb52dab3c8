import { Option, type Command } from 'commander';
import { createApiClient, type ApiClient } from './api-client.ts';
import { isHttpUrl, urlArgument } from './arguments.ts';
import { CliError } from './cli-error.ts';
import { storedToken } from './credentials.ts';

const defaultUrl = 'http://127.0.0.1:4280';

/** Flags of every command that speaks with a running Signalbox. */
export interface ConnectionFlags {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export function addUrlOption(command: Command): Command {
  return command.addOption(
    new Option('--url <url>', `where Signalbox listens (or SIGNALBOX_URL; default ${defaultUrl})`).argParser(
      urlArgument,
    ),
  );
}

export function addConnectionOptions(command: Command): Command {
  return addUrlOption(command)
    .option('--token <token>', 'API token (better: SIGNALBOX_TOKEN or `signalbox login`)')
    .option('--json', 'print JSON, for scripts');
}

export function connect(flags: ConnectionFlags, env: NodeJS.ProcessEnv): ApiClient {
  const url = urlOf(flags, env);
  return createApiClient({ url, token: flags.token ?? tokenOf(env) ?? storedToken(url, env) });
}

/** Where Signalbox listens, as far as the command knows. */
export function urlOf({ url }: Pick<ConnectionFlags, 'url'>, env: NodeJS.ProcessEnv): string {
  return url ?? urlOfEnvironment(env) ?? defaultUrl;
}

/** The token that the environment has, which goes before one that was stored. */
export function tokenOf(env: NodeJS.ProcessEnv): string | undefined {
  return nonEmpty(env['SIGNALBOX_TOKEN']) ?? nonEmpty(env['SIGNALBOX_ADMIN_TOKEN']);
}

function urlOfEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  const url = nonEmpty(env['SIGNALBOX_URL']);
  if (url === undefined || isHttpUrl(url)) return url;
  throw new CliError(`SIGNALBOX_URL: "${url}" is not an http or https address`, {
    remedy: `Set it to where Signalbox listens, e.g. ${defaultUrl}.`,
  });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
