import { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { demoCommand, type DemoOptions } from './demo-command.ts';
import { emitCommand } from './emit-command.ts';
import { eventsCommand } from './events-command.ts';
import { explainCommand } from './explain-command.ts';
import { runsCommand } from './runs-command.ts';
import { startCommand, type StartOptions } from './start-command.ts';
import { processTerminal } from './terminal.ts';

export interface ProgramOptions extends Partial<CliContext> {
  readonly version: string;
  /** Starts the server. Handed in, since commands know Signalbox over HTTP only. */
  readonly start: (options: StartOptions) => Promise<void>;
  readonly demo: (options: DemoOptions) => Promise<void>;
}

const examples = `
Examples:
  signalbox demo
  signalbox start --config config/signalbox.yaml
  signalbox emit vm.power_on --object gpu-01 --data '{"host": "node-1"}'
  signalbox runs --follow

More about a command: signalbox <command> --help`;

/** The `signalbox` command, all of it. It never ends the process: `runCli` says with which code to. */
export function createProgram({ version, start, demo, ...world }: ProgramOptions): Command {
  const context: CliContext = {
    ...world,
    terminal: world.terminal ?? processTerminal(),
    env: world.env ?? process.env,
  };
  const program = new Command('signalbox')
    .description('Self-hosted event router and task engine.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', examples);
  const commands = [
    startCommand(start),
    demoCommand(demo),
    emitCommand(context),
    eventsCommand(context),
    explainCommand(context),
    runsCommand(context),
  ];
  for (const command of commands) program.addCommand(command.helpOption('-h, --help', 'show help'));
  for (const command of [program, ...commands]) fitTo(context, command);
  return program;
}

function fitTo({ terminal: { out, err } }: CliContext, command: Command): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => out.line(text.trimEnd()),
    writeErr: (text) => err.line(text.trimEnd()),
    outputError: (text, write) => write(text.replace(/^error:/, `${err.paint('red', 'error')}:`)),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  command.showHelpAfterError(
    `See: ${command.name() === 'signalbox' ? '' : 'signalbox '}${command.name()} --help`,
  );
}
