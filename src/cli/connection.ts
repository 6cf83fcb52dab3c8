import { Option, type Command } from 'commander';
import { createApiClient, type ApiClient } from './api-client.ts';
import { isHttpUrl, urlArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import { storedToken, type KeptToken } from './credentials.ts';

/** Of the help. */
const group = 'Connection and output:';

const defaultUrl = 'http://127.0.0.1:4280';

/** Flags of every command that speaks with a running Signalbox. */
export interface ConnectionFlags {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export function addUrlOption(command: Command): Command {
  return command.addOption(
    new Option('--url <url>', `where Signalbox listens (or SIGNALBOX_URL; default ${defaultUrl})`)
      .argParser(urlArgument)
      .helpGroup(group),
  );
}

export function addConnectionOptions(command: Command): Command {
  return addUrlOption(command)
    .addOption(
      new Option('--token <token>', 'API token (better: SIGNALBOX_TOKEN or `signalbox login`)').helpGroup(
        group,
      ),
    )
    .addOption(new Option('--json', 'print JSON, for scripts').helpGroup(group));
}

export function connect(flags: ConnectionFlags, env: NodeJS.ProcessEnv): ApiClient {
  const url = urlOf(flags, env);
  const kept = storedToken(url, env);
  const token = flags.token ?? tokenOf(env)?.token ?? kept?.token;
  return createApiClient({ url, token, tokenRemedy: tokenRemedy(flags, { env, kept }) });
}

/** What to do when the token is not accepted: that depends on where it was from. */
function tokenRemedy(
  flags: ConnectionFlags,
  { env, kept }: { readonly env: NodeJS.ProcessEnv; readonly kept: KeptToken | undefined },
): string {
  const given = 'a token of this Signalbox with SIGNALBOX_TOKEN or --token.';
  if (flags.token !== undefined)
    return 'The token is the one of --token: correct it, or leave it out and run `signalbox login`.';
  const variable = tokenOf(env)?.variable;
  if (variable === undefined) {
    const ended = kept ? 'What was kept by `signalbox login` is no longer accepted. ' : '';
    return `${ended}Log in with \`signalbox login\`, or give ${given}`;
  }
  const instead = kept ? 'to use what `signalbox login` has kept' : 'and run `signalbox login`';
  return `The token is the one of the variable ${variable}: correct it, or unset it ${instead}.`;
}

/** Where Signalbox listens, as far as the command knows. */
export function urlOf({ url }: Pick<ConnectionFlags, 'url'>, env: NodeJS.ProcessEnv): string {
  return url ?? urlOfEnvironment(env) ?? defaultUrl;
}

/** The token that the environment has, which goes before one that was stored. */
function tokenOf(env: NodeJS.ProcessEnv): { readonly variable: string; readonly token: string } | undefined {
  for (const variable of ['SIGNALBOX_TOKEN', 'SIGNALBOX_ADMIN_TOKEN']) {
    const token = nonEmpty(env[variable]);
    if (token !== undefined) return { variable, token };
  }
  return undefined;
}

/** Said after a token was kept, where it is not the one that commands will use. */
export function warnOfVariable({ terminal: { err }, env }: Pick<CliContext, 'terminal' | 'env'>): void {
  const variable = tokenOf(env)?.variable;
  if (variable === undefined) return;
  const warning = err.paint('yellow', 'warning');
  err.line(`${warning}: ${variable} is set and goes before the token that was just kept: unset ${variable}`);
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
