import type { Command, Option } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { NameArgument, NameOption } from '../resources/name-source.ts';
import { namesFrom, type Candidate } from './names.ts';
import { optionsOf, placeOf, subcommandsOf, type Place } from './place.ts';

/** What may stand where the cursor is. */
export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** A path belongs there: shells know better what there is. */
  readonly files: boolean;
}

const nothing: Candidates = { candidates: [], files: false };

/** `words` are those after `signalbox`; the last one is not complete, and may be empty. */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  context: CliContext,
): Promise<Candidates> {
  const current = words.at(-1) ?? '';
  const place = placeOf(program, words.slice(0, -1));
  const { candidates, files } = await all(place, current, context);
  return { files, candidates: candidates.filter(({ value }) => value.startsWith(current)) };
}

async function all(place: Place, current: string, context: CliContext): Promise<Candidates> {
  const { command, option, argument, takesCommand, given } = place;
  if (option) return valuesOf(option, { given, context });
  const [, flag = '', value] = /^(--[\w-]+)=(.*)$/s.exec(current) ?? [];
  if (value !== undefined) return afterEqualsSign(flag, place, context);
  if (current.startsWith('-')) return { candidates: optionsOf(command).flatMap(candidateOf), files: false };
  if (takesCommand) {
    const candidates = subcommandsOf(command).map((one) => ({
      value: one.name(),
      description: one.description(),
    }));
    return { candidates, files: false };
  }
  if (!argument) return nothing;
  if (argument instanceof NameArgument) return named(argument.names, { given, context });
  return { candidates: (argument.argChoices ?? []).map((value) => ({ value })), files: false };
}

function candidateOf({ long, description }: Option): readonly Candidate[] {
  return long ? [{ value: long, description }] : [];
}

interface Asking {
  readonly given: Place['given'];
  readonly context: CliContext;
}

async function afterEqualsSign(flag: string, place: Place, context: CliContext): Promise<Candidates> {
  const option = optionsOf(place.command).find(({ long }) => long === flag);
  if (!option) return nothing;
  const { candidates, files } = await valuesOf(option, { given: place.given, context });
  return { files, candidates: candidates.map((one) => ({ ...one, value: `${flag}=${one.value}` })) };
}

/** Options whose value is a path say so by its name in the help. */
const path = /<(?:file|path|dir|folder)>/;

async function valuesOf(option: Option, asking: Asking): Promise<Candidates> {
  if (option instanceof NameOption) return named(option.names, asking);
  const candidates = (option.argChoices ?? []).map((value) => ({ value }));
  return { candidates, files: path.test(option.flags) };
}

async function named(names: NameArgument['names'], { given, context }: Asking): Promise<Candidates> {
  return { candidates: await namesFrom(names, given, context), files: false };
}
