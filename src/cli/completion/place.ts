import type { Argument, Command, Option } from 'commander';
import { usualOf } from '../command-group.ts';

/** Where in a command line the cursor is, and what may stand there. */
export interface Place {
  /** The command that the words before have led to. */
  readonly command: Command;
  /** Set while its value is awaited. */
  readonly option?: Option;
  /** The argument that comes next; undefined when there are all. */
  readonly argument: Argument | undefined;
  /** Nothing but the names of commands has come yet: another one may. */
  readonly takesCommand: boolean;
  /** What options were given, by their long names. */
  readonly given: ReadonlyMap<string, string>;
}

/** Reads the words as commander will. */
export function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let positional = 0;
  const given = new Map<string, string>();
  let awaiting: Option | undefined;
  for (const word of words) {
    if (awaiting) {
      given.set(awaiting.long ?? '', word);
      awaiting = undefined;
    } else if (word.startsWith('-') && word !== '-') {
      const [flag = '', value] = word.split(/=(.*)/s);
      const option = optionsOf(command).find((one) => one.long === flag || one.short === flag);
      if (value !== undefined) given.set(flag, value);
      else if (option?.required || option?.optional) awaiting = option;
    } else {
      const next = positional === 0 ? subcommand(command, word) : undefined;
      if (next) command = next;
      else positional++;
    }
  }
  const takesCommand = positional === 0 && command.commands.length > 0;
  return {
    ...{ command, takesCommand, given },
    argument: argumentAt(command, positional),
    ...(awaiting && { option: awaiting }),
  };
}

/** A group takes the options of what it does without being told, too. */
export function optionsOf(command: Command): readonly Option[] {
  const usual = usualOf(command);
  return [command, ...(usual ? [usual] : [])].flatMap((one) => one.createHelp().visibleOptions(one));
}

export function subcommandsOf(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function subcommand({ commands }: Command, word: string): Command | undefined {
  return commands.find((one) => one.name() === word || one.aliases().includes(word));
}

function argumentAt({ registeredArguments: all }: Command, position: number): Argument | undefined {
  const last = all.at(-1);
  return all[position] ?? (last?.variadic ? last : undefined);
}
