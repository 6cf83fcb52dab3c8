import { runCli } from '../../src/cli/run-cli.ts';
import type { ProgramOptions } from '../../src/cli/program.ts';
import type { Channel } from '../../src/cli/terminal.ts';

export interface CommandResult {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** What a running command has printed so far. */
export interface CommandOutput {
  readonly out: string[];
  readonly err: string[];
}

/** Runs a command line in this process, its output caught. `output` lets a test look on while it runs. */
export async function commandLine(
  args: readonly string[],
  world: Partial<ProgramOptions> & { readonly output?: CommandOutput } = {},
): Promise<CommandResult> {
  const { output = { out: [], err: [] }, ...options } = world;
  const unexpected = () => Promise.reject(new Error('The test did not expect this command.'));
  const code = await runCli(args, {
    version: '1.2.3',
    start: unexpected,
    demo: unexpected,
    files: { load: unexpected, validate: unexpected },
    env: {},
    ...options,
    terminal: { out: lines(output.out), err: lines(output.err) },
  });
  return { code, ...output };
}

function lines(into: string[]): Channel {
  return {
    line: (text) => void into.push(...text.split('\n')),
    paint: (_, text) => text,
    width: undefined,
  };
}
