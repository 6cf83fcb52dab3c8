import type { Command } from 'commander';
import { exitCodeMeanings, exitCodes } from '../cli/exit-codes.ts';
import { createProgram } from '../cli/program.ts';
import type { Channel } from '../cli/terminal.ts';
import { markdownTable } from './markdown-table.ts';

export function exitCodeTable(): string {
  const rows = Object.entries(exitCodeMeanings).map(([name, meaning]) => [
    String(exitCodes[name as keyof typeof exitCodes]),
    meaning,
  ]);
  return markdownTable(['code', 'meaning'], rows);
}

/** Every command with its help, as the program prints it, without the options that are the same everywhere. */
export function commandReference(): string {
  const lines: string[] = [];
  const program = programThatPrintsTo(lines);
  return [program, ...visible(program)].map((command) => section(command, lines)).join('\n\n');
}

function section(command: Command, lines: string[]): string {
  lines.length = 0;
  command.outputHelp();
  const name = nameOf(command);
  const heading = name.split(' ').length > 2 ? '####' : '###';
  return `${heading} \`${name}\`\n\n\`\`\`text\n${withoutConnection(lines.join('\n'))}\n\`\`\``;
}

function withoutConnection(help: string): string {
  return help.replace(/\n\nConnection and output:\n(?: .*\n?)+/, '\n').trimEnd();
}

function visible(command: Command): readonly Command[] {
  const shown = command.createHelp().visibleCommands(command);
  return shown.flatMap((one) => [one, ...visible(one)]);
}

function nameOf(command: Command): string {
  const { parent } = command;
  return parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}

/** In a world in which nothing else can be done with it. */
function programThatPrintsTo(lines: string[]): Command {
  const nothing = (): Promise<never> => Promise.reject(new Error('it is only described'));
  const channel: Channel = {
    line: (text) => void lines.push(...text.split('\n').map((line) => line.trimEnd())),
    paint: (_, text) => text,
    width: undefined,
  };
  return createProgram({
    ...{ version: '', start: nothing, demo: nothing, files: { load: nothing, validate: nothing } },
    ...{ env: {}, prompt: undefined, input: nothing },
    terminal: { out: channel, err: channel },
  });
}
