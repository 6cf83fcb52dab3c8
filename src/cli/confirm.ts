import type { CliContext } from './cli-context.ts';
import { CliError, UsageError } from './cli-error.ts';

/** Has the person at the terminal agree. Throws where nobody does: nothing is done then. */
export async function confirm(
  question: string,
  { yes }: { readonly yes?: boolean },
  { prompt }: CliContext,
): Promise<void> {
  if (yes) return;
  if (!prompt) {
    throw new UsageError(`${question} Nobody can be asked here, so nothing was done`, {
      remedy: 'Say it beforehand with --yes.',
    });
  }
  const answer = await prompt.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('nothing was done');
}
