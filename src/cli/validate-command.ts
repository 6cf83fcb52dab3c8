import { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import type { ConfigFiles } from './config-files.ts';
import { configOption } from './config-option.ts';

interface ValidateFlags {
  readonly config?: readonly string[];
  readonly partial?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  signalbox validate
  signalbox validate --config config/ --config extra.yaml
  signalbox validate --config tasks.yaml --partial   # its objects are on the server`;

export function validateCommand(files: ConfigFiles, { terminal: { out, err }, env }: CliContext): Command {
  return new Command('validate')
    .description('Judge configuration files as a start would, without a server.')
    .addOption(configOption())
    .option('--partial', 'what the files name and do not have may be on the server')
    .option('--json', 'print JSON, for scripts')
    .addHelpText('after', examples)
    .action(async ({ config, partial, json }: ValidateFlags) => {
      const answer = await files.validate({ file: config, env, partial });
      for (const warning of answer.warnings) err.line(`${err.paint('yellow', 'warning')}: ${warning}`);
      if (json) out.line(JSON.stringify(answer));
      else
        out.line(`${out.paint('green', 'valid')}  ${answer.files.join(', ')}: ${answer.resources} resources`);
    });
}
