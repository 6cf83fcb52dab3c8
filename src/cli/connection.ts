import { Option, type Command } from 'commander';
import { createApiClient, type ApiClient } from './api-client.ts';
import { isHttpUrl, urlArgument } from './arguments.ts';
import { CliError } from './cli-error.ts';

const defaultUrl = 'http://127.0.0.1:4280';

/** Flags of every command that speaks with a running Signalbox. */
export interface ConnectionFlags {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--url <url>',
        `where Signalbox listens (or SIGNALBOX_URL; default ${defaultUrl})`,
      ).argParser(urlArgument),
    )
    .option('--token <token>', 'API token (better: SIGNALBOX_TOKEN, which no process list shows)')
    .option('--json', 'print JSON, for scripts');
}

export function connect({ url, token }: ConnectionFlags, env: NodeJS.ProcessEnv): ApiClient {
  return createApiClient({
    url: url ?? urlOf(env) ?? defaultUrl,
    token: token ?? nonEmpty(env['SIGNALBOX_TOKEN']) ?? nonEmpty(env['SIGNALBOX_ADMIN_TOKEN']),
  });
}

function urlOf(env: NodeJS.ProcessEnv): string | undefined {
  const url = nonEmpty(env['SIGNALBOX_URL']);
  if (url === undefined || isHttpUrl(url)) return url;
  throw new CliError(`SIGNALBOX_URL: "${url}" is not an http or https address`, {
    remedy: `Set it to where Signalbox listens, e.g. ${defaultUrl}.`,
  });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
