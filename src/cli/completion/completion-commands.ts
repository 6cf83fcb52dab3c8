import { Argument, Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { examplesText } from '../command-group.ts';
import { printable } from '../terminal.ts';
import { candidatesFor, type Candidates } from './candidates.ts';
import { scripts, type Shell } from './scripts.ts';
import { wordsOf } from './words.ts';

const examples = [
  'source <(signalbox completion bash)                                        # in ~/.bashrc',
  'source <(signalbox completion zsh)                                         # in ~/.zshrc, after compinit',
  'signalbox completion fish > ~/.config/fish/completions/signalbox.fish',
];

export function completionCommand({ terminal: { out } }: CliContext): Command {
  return new Command('completion')
    .description('Print what a shell needs to complete commands, options and the names of resources.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .addHelpText('after', examplesText(examples))
    .action((shell: Shell) => {
      out.line(scripts[shell].trimEnd());
    });
}

interface CompleteFlags {
  readonly line?: string;
}

/** What the scripts ask. It never fails: nobody would see why. */
export function completeCommand(context: CliContext): Command {
  const command = new Command('__complete')
    .argument('[words...]', 'what stands behind the name of the command')
    .option('--line <line>', 'the whole line up to the cursor, instead')
    .action(async (words: readonly string[], { line }: CompleteFlags) => {
      const { parent: program } = command;
      if (!program) return;
      const given = line === undefined ? words : wordsOf(line).slice(1);
      print(await candidatesFor(program, given, context), context);
    });
  return command;
}

function print({ candidates, files }: Candidates, { terminal: { out } }: CliContext): void {
  for (const { value, description = '' } of candidates) {
    // A name that shows otherwise than it is would be another one.
    if (printable(value) === value) out.line(`${value}\t${printable(description)}`);
  }
  if (files) out.line(':files');
}
