import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { CliContext } from './cli-context.ts';
import { reportAnswer, type ChangeAnswer, type ReportAnswer } from './config-answer.ts';
import type { ConfigFiles, FilesDocument } from './config-files.ts';
import { configOption } from './config-option.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';

export interface SendFlags extends ConnectionFlags {
  readonly config?: readonly string[];
  readonly prune?: boolean;
  readonly release?: boolean;
}

/** Where the files name what changes. */
export type Placed = ChangeAnswer & { readonly place?: string };
export interface PlacedReport {
  readonly changes: readonly Placed[];
  readonly summary: ReportAnswer['summary'];
}

export function addFilesOptions(command: Command): Command {
  return addConnectionOptions(
    command
      .addOption(configOption())
      .option('--prune', 'remove what files once named and these do not, unless others name it')
      .option('--release', 'let go of it instead: it stays, and people look after it'),
  );
}

/** Has a running Signalbox plan or apply configuration files. */
export async function sendFiles(
  verb: 'plan' | 'apply',
  flags: SendFlags,
  { files, context }: { readonly files: ConfigFiles; readonly context: CliContext },
): Promise<PlacedReport> {
  const leftovers = fateOf(flags, verb);
  const document = await files.load({ file: flags.config, env: context.env });
  if (leftovers === 'remove' && isEmpty(document)) {
    throw new CliError('the files name no resource at all: --prune would remove everything', {
      remedy: 'Name other files with --config.',
    });
  }
  const { sections, texts } = document;
  try {
    const report = await connect(flags, context.env).request({
      path: `/api/config/${verb}`,
      body: { ...sections, texts, leftovers },
      answer: reportAnswer,
      signal: context.signal,
    });
    return { ...report, changes: report.changes.map((change) => placed(change, document)) };
  } catch (error) {
    if (error instanceof CliError && error.issues.length > 0)
      throw document.explain(error.issues, error.code);
    throw error;
  }
}

function fateOf({ prune, release }: SendFlags, verb: 'plan' | 'apply'): 'keep' | 'remove' | 'release' {
  if (prune && release) {
    // That of `plan` means that there are changes.
    const exit = verb === 'plan' ? exitCodes.failed : exitCodes.usage;
    throw new CliError('--prune and --release cannot go together', { exit });
  }
  if (prune) return 'remove';
  return release ? 'release' : 'keep';
}

function isEmpty({ sections }: FilesDocument): boolean {
  return Object.values(sections).every((section) => Object.keys(section ?? {}).length === 0);
}

function placed(change: ChangeAnswer, document: FilesDocument): Placed {
  const place = document.placeOf([`${change.kind}s`, change.id]);
  return { ...change, ...(place !== undefined && { place }) };
}
