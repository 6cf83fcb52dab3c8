import { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import type { ConfigFiles } from './config-files.ts';
import { hasChanges, printChanges, summaryText, type Words } from './print-report.ts';
import { addFilesOptions, sendFiles, type SendFlags } from './send-files.ts';

const examples = `
Exit code: 0 nothing to change, 2 changes, 1 anything wrong.

Examples:
  signalbox plan
  signalbox plan --config config/ --prune
  signalbox plan --json | jq .summary`;

const words: Words = {
  created: 'to create',
  updated: 'to change',
  adopted: 'to adopt',
  removed: 'to remove',
  released: 'to let go of',
};

export function planCommand(files: ConfigFiles, context: CliContext): Command {
  const { out } = context.terminal;
  const command = new Command('plan')
    .description('Show what applying configuration files would change on a running Signalbox.')
    .addHelpText('after', examples);
  return addFilesOptions(command).action(async (flags: SendFlags) => {
    const report = await sendFiles('plan', flags, { files, context });
    if (flags.json) {
      out.line(JSON.stringify(report));
    } else {
      printChanges(out, report);
      const head = hasChanges(report) ? 'Plan' : 'Nothing to change';
      out.line(`${out.paint('bold', head)}: ${summaryText(report, words)}.`);
    }
    if (hasChanges(report)) context.exitWith?.(2);
  });
}
