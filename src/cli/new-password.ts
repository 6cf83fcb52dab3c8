import { randomBytes } from 'node:crypto';
import { firstLine, type CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';

/** A password for somebody: asked for twice, read from standard input, or made up where nobody can be asked. */
export interface NewPassword {
  readonly password: string;
  /** It has to be shown, once. */
  readonly made: boolean;
}

const minLength = 12;

export async function newPassword(
  user: string,
  context: CliContext,
  { passwordStdin = false }: { readonly passwordStdin?: boolean | undefined },
): Promise<NewPassword> {
  const { prompt } = context;
  if (passwordStdin) return { password: await firstLine(context), made: false };
  if (!prompt) return { password: randomBytes(18).toString('base64url'), made: true };
  const password = await prompt.secret(`Password for ${user} (at least ${minLength} characters): `);
  if (password !== (await prompt.secret('The same again: '))) {
    throw new CliError('the two passwords are not the same', { remedy: 'Try again.' });
  }
  return { password, made: false };
}
