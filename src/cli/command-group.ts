import { Command } from 'commander';

interface GroupParts {
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** What it does without being told. */
  readonly list: Command;
  readonly others: readonly Command[];
  readonly notes?: string | undefined;
}

class CommandGroup extends Command {
  constructor(
    name: string,
    /** What it does without being told. */
    readonly usual: Command,
  ) {
    super(name);
  }
}

/** What a command does without being told which of its commands is meant. */
export function usualOf(command: Command): Command | undefined {
  return command instanceof CommandGroup ? command.usual : undefined;
}

/** A group of commands, `signalbox tasks …`. Without one of them it is `list`. */
export function commandGroup({ name, description, examples, list, others, notes }: GroupParts): Command {
  const group = new CommandGroup(name, list).description(description);
  group.addCommand(list.allowExcessArguments(), { isDefault: true });
  for (const command of others) group.addCommand(command);
  list.hook('preAction', () => {
    refuseExcess(group, list);
  });
  const hint = `Without a command: ${list.name()}; its options: signalbox ${name} ${list.name()} --help`;
  return group.addHelpText(
    'after',
    ['', hint, ...(notes ? ['', notes] : []), examplesText(examples)].join('\n'),
  );
}

/** As commander prints it after the options. */
export function examplesText(examples: readonly string[]): string {
  return ['', 'Examples:', ...examples.map((line) => `  ${line}`)].join('\n');
}

/** What the default command is given without wanting it was meant as the name of another one. */
function refuseExcess(group: Command, list: Command): void {
  if (list.args.length <= list.registeredArguments.length) return;
  const [word = ''] = group.args;
  if (word === list.name() || list.aliases().includes(word)) {
    list.error(`error: too many arguments for '${list.name()}'`);
  }
  // Commander has the words for this, and finds what is alike, in a group that has no default.
  const strict = new Command(group.name()).exitOverride().helpCommand(false).helpOption(false);
  for (const command of group.commands) strict.command(command.name()).aliases(command.aliases());
  strict.copyInheritedSettings(group);
  strict.parse([word], { from: 'user' });
}
