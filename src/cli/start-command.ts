import { Command, Option } from 'commander';
import { portArgument } from './arguments.ts';
import { configOption } from './config-option.ts';

/** What the command line says; anything else comes from the environment and the configuration file. */
export interface StartOptions {
  /** Files, and folders of files. */
  readonly config?: readonly string[];
  readonly data?: string;
  readonly port?: number;
  readonly host?: string;
}

const examples = `
Examples:
  signalbox start
  signalbox start --config /etc/signalbox.yaml --data /var/lib/signalbox
  SIGNALBOX_ADMIN_TOKEN=$(cat token) signalbox start --host 0.0.0.0 --port 8080`;

export function startCommand(start: (options: StartOptions) => Promise<void>): Command {
  return new Command('start')
    .description('Start the server.')
    .addOption(configOption())
    .option('--data <dir>', 'folder of the database (default: ./data)')
    .addOption(new Option('--port <number>', 'port to listen on (default: 4280)').argParser(portArgument))
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .addHelpText('after', examples)
    .action((options: StartOptions) => start(options));
}
