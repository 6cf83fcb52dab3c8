import { Command } from 'commander';
import { z } from '../../sdk/schema.ts';
import type { CliContext } from '../cli-context.ts';
import { examplesText } from '../command-group.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection.ts';
import type { Style } from '../terminal.ts';
import { NameArgument } from './name-source.ts';
import type { Resource, ResourceId } from './resource.ts';

/** A resource, and the world in which its commands run. */
export interface Bound<Item> {
  readonly resource: Resource<Item>;
  readonly context: CliContext;
}

interface CommandParts {
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly notes?: string;
}

/** A command that speaks with a running Signalbox. */
export function apiCommand({ name, description, examples, notes = '' }: CommandParts): Command {
  const command = new Command(name).description(description);
  const lines = [...(notes === '' ? [] : ['', notes.trim()]), examplesText(examples)];
  return addConnectionOptions(command).addHelpText('after', lines.join('\n'));
}

/** The argument that names one of a resource. */
export function idArgument({ id }: { readonly id: ResourceId }, optional = false): NameArgument {
  const { as, description, names } = id;
  return new NameArgument(optional ? `[${as}]` : `<${as}>`, description, names);
}

/** `an object` */
export function article(one: string): string {
  return `${/^[aeio]/.test(one) ? 'an' : 'a'} ${one}`;
}

/** An answer of which only the caller knows what is in it. */
export const anyAnswer = z.looseObject({});
export const noAnswer = z.undefined();

/** Tells what was done, to whom: a line for people, the answer for scripts. */
export function tell(
  { terminal: { out } }: CliContext,
  { json }: ConnectionFlags,
  { done, name, answer, style = 'green' }: { done: string; name: string; answer: unknown; style?: Style },
): void {
  out.line(json ? JSON.stringify(answer) : `${out.paint(style, done)}  ${name}`);
}
