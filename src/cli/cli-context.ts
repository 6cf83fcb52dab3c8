import type { Prompt } from './prompt.ts';
import type { Terminal } from './terminal.ts';

/** The world around a command. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** Asks the person at the terminal; undefined when there is none. */
  readonly prompt?: Prompt | undefined;
  /** The first line of standard input. */
  readonly input: () => Promise<string>;
  /** Has the command end with another exit code than 0, when all is well with it. */
  readonly exitWith?: (code: 2) => void;
  /** Ends what goes on until Ctrl-C. Default: Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}
