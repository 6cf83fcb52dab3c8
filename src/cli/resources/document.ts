import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { JsonObject, JsonValue } from '../../sdk/json.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { isObject, merged, withValue, type AssignedValue, type Assignment } from './assignment.ts';

export interface DocumentFlags {
  readonly file?: string;
  readonly set?: readonly Assignment[];
  readonly setString?: readonly Assignment[];
  readonly unset?: readonly Assignment[];
  readonly secret?: readonly Assignment[];
}

/** What a command is to send: the file, over it the options for fields, over them what is set by path. */
export async function documentOf(
  flags: DocumentFlags,
  fields: JsonObject,
  context: CliContext,
): Promise<JsonObject> {
  const assignments = [
    ...(flags.set ?? []),
    ...(flags.setString ?? []),
    ...(flags.unset ?? []),
    ...(flags.secret ?? []),
  ];
  const readers = assignments.filter(({ value }) => value.kind === 'stdin').length;
  if (readers + (flags.file === '-' ? 1 : 0) > 1) {
    throw new UsageError('standard input can be read once only', { remedy: 'Put the others into files.' });
  }
  let document = merged(await fileDocument(flags.file, context), fields);
  const secrets = new Secrets(context, readers > 0 || flags.file === '-');
  for (const { path, value } of assignments)
    document = withValue(document, path, await valueOf(value, { path, context, secrets }));
  return document;
}

async function fileDocument(file: string | undefined, { input }: CliContext): Promise<JsonObject> {
  if (file === undefined) return {};
  return file === '-' ? parsed(await input(), 'standard input') : parsed(readText(file), file);
}

/** YAML, and so JSON. */
export function parsed(text: string, name: string): JsonObject {
  const document = parseDocument(text, { prettyErrors: true });
  const [problem] = document.errors;
  if (problem) {
    const { line = 1, col = 1 } = problem.linePos?.[0] ?? {};
    const [reason = ''] = problem.message.split(' at line ');
    throw new CliError(`${name}:${line}:${col}: ${reason}`, {
      remedy: 'Correct the place; it is YAML or JSON.',
    });
  }
  const value: unknown = document.toJS();
  if (isObject(value)) return value;
  throw new CliError(`${name}: it must have names and values, such as "name: Slack"`);
}

async function valueOf(
  value: AssignedValue,
  {
    path,
    context,
    secrets,
  }: { readonly path: readonly string[]; readonly context: CliContext; readonly secrets: Secrets },
): Promise<JsonValue> {
  switch (value.kind) {
    case 'json':
      return value.json;
    case 'unset':
      return null;
    case 'file':
      return withoutLastBreak(readText(value.file));
    case 'stdin':
      return withoutLastBreak(await context.input());
    case 'ask':
      return secrets.next(path.join('.'));
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read';
    throw new CliError(`${file} ${reason}`, { cause });
  }
}

function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** Values that nobody shall see on the way: asked for, or the lines of standard input. */
class Secrets {
  readonly #context: CliContext;
  readonly #inputIsTaken: boolean;
  #lines: string[] | undefined;

  constructor(context: CliContext, inputIsTaken: boolean) {
    this.#context = context;
    this.#inputIsTaken = inputIsTaken;
  }

  async next(name: string): Promise<string> {
    const { prompt, input } = this.#context;
    if (prompt) return prompt.secret(`${name}: `);
    if (this.#inputIsTaken) {
      throw new UsageError(`nobody can be asked for ${name}, and standard input is taken`, {
        remedy: `Put it into a file: --set ${name}=@FILE`,
      });
    }
    this.#lines ??= (await input()).split(/\r?\n/);
    const line = this.#lines.shift();
    if (line) return line;
    throw new UsageError(`standard input has no line for ${name}`, {
      remedy: 'Without a terminal each --secret takes a line of standard input.',
    });
  }
}
