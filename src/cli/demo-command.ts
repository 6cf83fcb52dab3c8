import { Command, Option } from 'commander';
import { portArgument } from './arguments.ts';

export interface DemoOptions {
  /** End by itself when everything has been shown. */
  readonly once?: boolean;
  readonly port?: number;
}

const examples = `
Examples:
  signalbox demo           # stays up until Ctrl-C, to try one's own events
  signalbox demo --once    # ends by itself`;

export function demoCommand(demo: (options: DemoOptions) => Promise<void>): Command {
  return new Command('demo')
    .description('Show events, runs and deliveries on a throw-away Signalbox.')
    .option('--once', 'end by itself, for scripts')
    .addOption(new Option('--port <number>', 'port to listen on').argParser(portArgument))
    .addHelpText('after', examples)
    .action((options: DemoOptions) => demo(options));
}
