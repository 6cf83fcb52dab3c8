import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Command } from 'commander';
import type { JsonObject } from '../../sdk/json.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, printError, UsageError } from '../cli-error.ts';
import { connect, type ConnectionFlags } from '../connection.ts';
import { anyAnswer, apiCommand, idArgument, tell, article } from './bound.ts';
import { parsed } from './document.ts';
import { withoutReadOnly, type WriteBound } from './write-commands.ts';

const notes = `
The editor is that of VISUAL or EDITOR. Nothing is changed when the text is saved as it was, or emptied. What somebody else
has changed meanwhile is not overwritten. A secret that stays masked keeps its value.`;

export function editCommand<Item>(bound: WriteBound<Item>): Command {
  const { command: group, one, id } = bound.resource;
  return apiCommand({
    name: 'edit',
    description: `Change ${article(one)} in your editor.`,
    examples: [`signalbox ${group} edit ${id.example}`, `EDITOR=nano signalbox ${group} edit ${id.example}`],
    notes,
  })
    .addArgument(idArgument(bound.resource))
    .action((name: string, flags: ConnectionFlags) => edit(name, flags, bound));
}

async function edit<Item>(name: string, flags: ConnectionFlags, bound: WriteBound<Item>): Promise<void> {
  const { resource, write, context } = bound;
  const { terminal, env, signal } = context;
  const editor = editorOf(env);
  const path = resource.id.path(name);
  const api = connect(flags, env);
  const { answer, etag } = await api.retrieve({ path, answer: anyAnswer, signal });
  const before = stringify(withoutReadOnly(answer as JsonObject, write), { lineWidth: 0 });
  const head = `# ${resource.one} ${name}: what is saved is sent; saved unchanged, nothing happens.\n`;
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-'));
  const file = join(folder, 'edit.yaml');
  writeFileSync(file, head + before, { mode: 0o600 });
  for (;;) {
    await open(editor, file);
    const text = readFileSync(file, 'utf8');
    if (text === head + before || text.trim() === '') {
      terminal.err.line(`nothing was changed: ${name}`);
      break;
    }
    try {
      const body = parsed(text, file);
      const changed = await api.request({
        ...{ method: 'PUT', path, body, ifMatch: etag, answer: anyAnswer, signal },
      });
      tell(context, flags, { done: 'changed', name, answer: changed });
      break;
    } catch (error) {
      if (!(await again(error, context))) throw withFile(error, file);
    }
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Mistakes can be mended in the same text. */
async function again(error: unknown, { prompt, terminal }: CliContext): Promise<boolean> {
  // What somebody else has changed meanwhile has to be looked at first.
  const isStale = error instanceof CliError && error.code === 'PRECONDITION_FAILED';
  if (!prompt || isStale) return false;
  printError(terminal.err, error);
  return /^(y|yes|)$/i.test((await prompt.ask('Edit it again? [Y/n] ')).trim());
}

/** Nobody should have to write it twice. */
function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof CliError)) return error;
  const { message, code, details, issues, exit, remedy } = error;
  return new CliError(message, {
    ...(code !== undefined && { code }),
    ...{ issues, exit, remedy, cause: error },
    details: [...details, `what you have written is in ${file}`],
  });
}

function editorOf(env: NodeJS.ProcessEnv): string {
  const editor = env['VISUAL'] || env['EDITOR'];
  if (editor) return editor;
  throw new UsageError('there is no editor: neither VISUAL nor EDITOR is set', {
    remedy: 'Set one, such as EDITOR=nano, or change fields with `patch --set path=value`.',
  });
}

async function open(editor: string, file: string): Promise<void> {
  // Editors come with options ("code --wait"); a shell knows how to read them.
  const child = spawn(`${editor} "${file}"`, { stdio: 'inherit', shell: true });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new CliError(`${editor} ended with ${String(code)}: nothing was changed`);
}
