import { CommanderError } from 'commander';
import { exitCodeOfError, printError } from './cli-error.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { createProgram, type ProgramOptions } from './program.ts';
import { processTerminal } from './terminal.ts';

/**
 * Runs a command line, e.g. `['emit', 'vm.power_on']`, and resolves with the exit code when the command is done.
 * Errors have been printed by then.
 */
export async function runCli(args: readonly string[], options: ProgramOptions): Promise<ExitCode> {
  const terminal = options.terminal ?? processTerminal();
  try {
    let code: ExitCode = exitCodes.ok;
    const exitWith = (wanted: ExitCode): void => void (code = wanted);
    await createProgram({ ...options, terminal, exitWith }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said everything: help and version end with 0, wrong usage with another code.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : usageCode(args);
    printError(terminal.err, error);
    const code = exitCodeOfError(error);
    return code === exitCodes.usage ? usageCode(args) : code;
  }
}

/** `plan` ends with 2 when there are changes: a script must not take a slip of the pen for them. */
function usageCode([command]: readonly string[]): ExitCode {
  return command === 'plan' ? exitCodes.failed : exitCodes.usage;
}
