import type { Command } from 'commander';
import { commandGroup } from '../command-group.ts';
import type { Bound } from './bound.ts';
import { editCommand } from './edit-command.ts';
import { getCommand } from './get-command.ts';
import { listCommand } from './list-command.ts';
import { deleteCommand, switchCommands } from './switch-commands.ts';
import { createCommand, patchCommand, replaceCommand, type WriteBound } from './write-commands.ts';

interface Extras {
  /** What only this kind can do. */
  readonly more?: readonly Command[];
  readonly examples: readonly string[];
  /** Further lines for the help of the group. */
  readonly notes?: string;
}

/** `signalbox tasks …`: all that can be done to resources of one kind. */
export function resourceCommands<Item>(bound: Bound<Item>, { more = [], examples, notes }: Extras): Command {
  const { resource, context } = bound;
  const { command: name, description, write, switchable, deletable } = resource;
  const writing = write && { resource, write, context };
  return commandGroup({
    ...{ name, description, examples, notes },
    list: listCommand(bound),
    others: [
      getCommand({ resource: { ...resource, tagged: write !== undefined || deletable === true }, context }),
      ...(writing ? writeCommands(writing) : []),
      ...(switchable ? switchCommands(bound) : []),
      ...(writing || deletable ? [deleteCommand(bound)] : []),
      ...more,
    ],
  });
}

function writeCommands<Item>(bound: WriteBound<Item>): readonly Command[] {
  const patch = bound.write.examples.patch ? [patchCommand(bound)] : [];
  return [createCommand(bound), replaceCommand(bound), ...patch, editCommand(bound)];
}
