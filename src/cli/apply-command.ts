import { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import type { ConfigFiles } from './config-files.ts';
import { hasChanges, printChanges, summaryText, type Words } from './print-report.ts';
import { addFilesOptions, sendFiles, type SendFlags } from './send-files.ts';

const examples = `
Examples:
  signalbox apply
  signalbox apply --config config/ --prune
  SIGNALBOX_URL=https://signalbox.example.com signalbox apply --config config/`;

const words: Words = {
  created: 'created',
  updated: 'changed',
  adopted: 'adopted',
  removed: 'removed',
  released: 'let go of',
};

export function applyCommand(files: ConfigFiles, context: CliContext): Command {
  const { out } = context.terminal;
  const command = new Command('apply')
    .description('Make a running Signalbox what configuration files say: all or nothing.')
    .addHelpText('after', examples);
  return addFilesOptions(command).action(async (flags: SendFlags) => {
    const report = await sendFiles('apply', flags, { files, context });
    if (flags.json) {
      out.line(JSON.stringify(report));
      return;
    }
    printChanges(out, report);
    const head = hasChanges(report) ? out.paint('green', 'Applied') : 'Nothing to change';
    out.line(`${head}: ${summaryText(report, words)}.`);
  });
}
