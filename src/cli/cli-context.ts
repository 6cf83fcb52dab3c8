import type { Terminal } from './terminal.ts';

/** The world around a command. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** Ends what goes on until Ctrl-C. Default: Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}
