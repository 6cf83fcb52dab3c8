import { Command } from 'commander';
import { applyCommand } from './apply-command.ts';
import { auditCommand } from './audit-command.ts';
import type { CliContext } from './cli-context.ts';
import { completeCommand, completionCommand } from './completion/completion-commands.ts';
import type { ConfigFiles } from './config-files.ts';
import { demoCommand, type DemoOptions } from './demo-command.ts';
import { emitCommand } from './emit-command.ts';
import { eventsCommand } from './events-command.ts';
import { explainCommand } from './explain-command.ts';
import { objectsCommand, webhooksCommand } from './object-commands.ts';
import { pluginsCommand, typesCommand } from './plugin-commands.ts';
import { processInput, processPrompt } from './prompt.ts';
import { exportCommand } from './export-command.ts';
import { logsCommand } from './logs-command.ts';
import { planCommand } from './plan-command.ts';
import { runsCommand } from './runs-command.ts';
import { schedulesCommand } from './schedule-commands.ts';
import { loginCommand, logoutCommand, whoamiCommand } from './session-commands.ts';
import { secretsCommand } from './secrets-command.ts';
import { setupCommand } from './setup-command.ts';
import { startCommand, type StartOptions } from './start-command.ts';
import { validateCommand } from './validate-command.ts';
import { processTerminal } from './terminal.ts';
import { tagsCommand } from './tag-commands.ts';
import { tasksCommand } from './task-commands.ts';
import { tokensCommand } from './tokens-command.ts';
import { triggersCommand } from './trigger-commands.ts';
import { usersCommand } from './users-command.ts';

export interface ProgramOptions extends Partial<CliContext> {
  readonly version: string;
  /** Starts the server. Handed in, since commands know Signalbox over HTTP only. */
  readonly start: (options: StartOptions) => Promise<void>;
  readonly demo: (options: DemoOptions) => Promise<void>;
  /** Reads configuration files. Handed in for the same reason. */
  readonly files: ConfigFiles;
}

const examples = `
Examples:
  signalbox demo
  signalbox start --config config/signalbox.yaml
  signalbox objects create webhook/ops --set settings.url=https://hooks.example.com/T0/B1
  signalbox emit vm.power_on --object gpu-01 --data '{"host": "node-1"}'
  signalbox runs --follow

More about a command: signalbox <command> --help`;

/** The `signalbox` command, all of it. It never ends the process: `runCli` says with which code to. */
export function createProgram({ version, start, demo, files, ...world }: ProgramOptions): Command {
  const context: CliContext = {
    ...world,
    terminal: world.terminal ?? processTerminal(),
    env: world.env ?? process.env,
    prompt: 'prompt' in world ? world.prompt : processPrompt(),
    input: world.input ?? processInput,
  };
  const program = new Command('signalbox')
    .description('Self-hosted event router and task engine.')
    .version(version, '--version', 'print the version')
    .addHelpText('after', examples);
  for (const [heading, commands] of Object.entries(allCommands({ start, demo, files, context })))
    for (const command of commands) program.addCommand(command.helpGroup(`${heading}:`));
  program.addCommand(completeCommand(context), { hidden: true });
  for (const command of withSubcommands(program)) fitTo(context, command);
  return program;
}

type Parts = Pick<ProgramOptions, 'start' | 'demo' | 'files'> & { readonly context: CliContext };

/** By what they are for. */
function allCommands({ start, demo, files, context }: Parts): Readonly<Record<string, readonly Command[]>> {
  return {
    Server: [startCommand(start), demoCommand(demo), setupCommand(context)],
    'What is wired': [
      objectsCommand(context),
      webhooksCommand(context),
      schedulesCommand(context),
      tagsCommand(context),
      tasksCommand(context),
      triggersCommand(context),
    ],
    'What happens': [
      emitCommand(context),
      eventsCommand(context),
      explainCommand(context),
      runsCommand(context),
      logsCommand(context),
      auditCommand(context),
    ],
    'Configuration as code': [
      validateCommand(files, context),
      planCommand(files, context),
      applyCommand(files, context),
      exportCommand(context),
    ],
    'Who may do what': [
      loginCommand(context),
      logoutCommand(context),
      whoamiCommand(context),
      tokensCommand(context),
      usersCommand(context),
    ],
    'This Signalbox': [
      typesCommand(context),
      pluginsCommand(context),
      secretsCommand(context),
      completionCommand(context),
    ],
  };
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function fitTo({ terminal: { out, err } }: CliContext, command: Command): void {
  command.helpOption('-h, --help', 'show help').helpCommand(false);
  command.exitOverride().configureOutput({
    writeOut: (text) => out.line(text.trimEnd()),
    writeErr: (text) => err.line(text.trimEnd()),
    outputError: (text, write) => write(text.replace(/^error:/, `${err.paint('red', 'error')}:`)),
    // What nobody looks at is as wide as a page.
    getOutHelpWidth: () => out.width ?? 100,
    getErrHelpWidth: () => err.width ?? 100,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  command.showHelpAfterError(`See: ${nameOf(command)} --help`);
}

/** `signalbox tokens create`. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}
