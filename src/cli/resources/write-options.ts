import { Option, type Command } from 'commander';
import { secretArgument, setArgument, setStringArgument, unsetArgument } from './assignment.ts';
import type { ResourceWrite } from './resource.ts';

export const writeNotes = `
Values of --set are JSON where they look like it (7, true, null, [1], {"a": 1}, "7"), else text; @FILE and @- are read.
Secrets do not belong on a command line, which others can see: --secret PATH, or --set PATH=@FILE.`;

/** Options of all commands that send a document. */
export function addWriteOptions(command: Command, write: ResourceWrite, { patch = false } = {}): Command {
  command
    .option('-f, --file <file>', 'YAML or JSON with what is to be sent; - is standard input')
    .addOption(new Option('--set <path=value>', 'set a field; may be repeated').argParser(setArgument))
    .addOption(
      new Option('--set-string <path=text>', 'the same, always as text').argParser(setStringArgument),
    )
    .addOption(
      new Option(
        '--secret <path>',
        'ask for the value of a field, or take a line of standard input',
      ).argParser(secretArgument),
    );
  if (patch) {
    command.addOption(
      new Option('--unset <path>', 'remove a field, so that it has its default').argParser(unsetArgument),
    );
  }
  for (const option of write.flags()) command.addOption(option);
  return command;
}
