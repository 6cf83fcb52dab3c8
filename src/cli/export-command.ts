import { Command, Option } from 'commander';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import { exportAnswer } from './config-answer.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';
import { exportFiles, type ExportedFiles } from './export-files.ts';
import type { Channel } from './terminal.ts';

interface ExportFlags extends ConnectionFlags {
  readonly out?: string;
  readonly secrets: 'env' | 'mask';
  readonly all?: boolean;
  readonly force?: boolean;
}

const examples = `
Examples:
  signalbox export > signalbox-resources.yaml
  signalbox export --out config/resources     # a file for each kind and type
  signalbox export --secrets mask             # applied to the same server, it keeps its secrets`;

export function exportCommand(context: CliContext): Command {
  const command = new Command('export')
    .description('Write the configuration of a running Signalbox as files.')
    .option('--out <folder>', 'write files into this folder (default: one document on standard output)')
    .addOption(
      new Option('--secrets <how>', 'env: ${env:NAME}, with a list of the names; mask: masked')
        .choices(['env', 'mask'])
        .default('env'),
    )
    .option('--all', 'objects that came into being by events, too')
    .option('--force', 'replace files that are there')
    .addHelpText('after', examples);
  return addConnectionOptions(command).action((flags: ExportFlags) => exportConfig(flags, context));
}

async function exportConfig(flags: ExportFlags, { terminal, env, signal }: CliContext): Promise<void> {
  const { out, err } = terminal;
  const answer = await connect(flags, env).request({
    path: '/api/config',
    query: { all: flags.all ? 'true' : undefined },
    answer: exportAnswer,
    signal,
  });
  if (flags.json) {
    out.line(JSON.stringify(answer));
    return;
  }
  const exported = exportFiles(answer, flags.secrets);
  if (flags.out === undefined) out.line(exported.whole.trimEnd());
  else writeFiles(exported, { folder: flags.out, force: flags.force === true, out });
  for (const warning of answer.warnings) err.line(`${err.paint('yellow', 'warning')}: ${warning}`);
  if (exported.variables.length === 0) return;
  err.line('Secrets are not exported. Set these variables before the files are applied:');
  for (const { name, field } of exported.variables) err.line(`  ${name}  ${err.paint('dim', field)}`);
}

function writeFiles(
  { files }: ExportedFiles,
  { folder, force, out }: { readonly folder: string; readonly force: boolean; readonly out: Channel },
): void {
  const there = [...files.keys()].map((name) => join(folder, name)).filter((path) => existsSync(path));
  if (there.length > 0 && !force) {
    throw new CliError(`${there.join(', ')}: there already`, {
      remedy: 'Choose another folder, or replace them with --force.',
    });
  }
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) {
    writeFileSync(join(folder, name), text);
    out.line(`wrote ${join(folder, name)}`);
  }
}
