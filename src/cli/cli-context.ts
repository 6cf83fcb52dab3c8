import type { ExitCode } from './exit-codes.ts';
import type { Prompt } from './prompt.ts';
import type { Terminal } from './terminal.ts';

/** The world around a command. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** Asks the person at the terminal; undefined when there is none. */
  readonly prompt?: Prompt | undefined;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  /** Has the command end with another exit code than 0 although it has told all that there is to say. */
  readonly exitWith?: (code: ExitCode) => void;
  /** Ends what goes on until Ctrl-C. Default: Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}

/** The first line of standard input. */
export async function firstLine({ input }: Pick<CliContext, 'input'>): Promise<string> {
  return (await input()).split(/\r?\n/, 1)[0] ?? '';
}
