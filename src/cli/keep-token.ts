import { z } from '../sdk/schema.ts';
import { createApiClient } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import { storedToken, storeToken, type KeptToken } from './credentials.ts';

/** Keeps a token for the commands that follow, in place of what was kept for this address. Returns the file. */
export async function keepToken(url: string, token: KeptToken, context: CliContext): Promise<string> {
  const { env, terminal, signal } = context;
  const before = storedToken(url, env);
  const file = storeToken(url, token, env);
  if (before === undefined || before.token === token.token) return file;
  if (before.by === 'login') {
    // Nobody could end it later. Whether it can be ended now makes no difference to what was asked for.
    await endSession(url, before, signal).catch(() => undefined);
    return file;
  }
  terminal.err.line(`It takes the place of ${apiTokenText(before)}, which ${staysValid(before)}`);
  return file;
}

export function apiTokenText({ name = '' }: KeptToken): string {
  return `the API token ${name === '' ? 'that was kept here' : name}`;
}

/** Of an API token that is not kept any more. */
export function staysValid({ name = '' }: KeptToken): string {
  return `stays valid until it is revoked: signalbox tokens revoke '${name === '' ? '…' : name}'`;
}

/** Ends the session that a token stands for. An API token has none, and one that has ended need not be ended. */
export async function endSession(
  url: string,
  { token }: KeptToken,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const answer = z.undefined();
    await createApiClient({ url, token }).request({ method: 'DELETE', path: '/api/session', answer, signal });
  } catch (error) {
    const code = error instanceof CliError ? error.code : undefined;
    if (code !== 'NOT_FOUND' && code !== 'AUTH_REQUIRED') throw error;
  }
}
