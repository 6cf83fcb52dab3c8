import type { Command } from 'commander';
import type { JsonObject } from '../../sdk/json.ts';
import { UsageError } from '../cli-error.ts';
import { apiCommand, article, idArgument, type Bound } from './bound.ts';
import { documentOf, type DocumentFlags } from './document.ts';
import type { ResourceWrite } from './resource.ts';
import { addChangeOptions, sendChange, type ChangeFlags } from './send-change.ts';
import { addWriteOptions, writeNotes } from './write-options.ts';

export interface WriteBound<Item> extends Bound<Item> {
  readonly write: ResourceWrite;
}

type WriteFlags = ChangeFlags & DocumentFlags & Readonly<Record<string, unknown>>;

export function createCommand<Item>({ resource, write, context }: WriteBound<Item>): Command {
  const command = apiCommand({
    name: 'create',
    description: `Make a new ${resource.one}.`,
    examples: write.examples.create,
    notes: writeNotes,
  });
  addChangeOptions(addWriteOptions(command, write), { existing: false });
  return command
    .addArgument(idArgument(resource, true))
    .action(async (given: string | undefined, flags: WriteFlags) => {
      const { create } = write;
      const document = await documentOf(flags, write.body(flags, false), context);
      write.check?.(document, false);
      const id = given ?? create.idOf(document);
      if (id === undefined && !create.idOptional(document)) throw nameless(resource.id.as, create.idFrom);
      const { path, body } = create.request(id);
      const { method, nameOf } = create;
      await sendChange(
        {
          ...{ method, path, nameOf, name: id ?? resource.one, done: () => 'created' },
          body: { ...withoutReadOnly(document, write), ...body },
          // A PUT would replace what is there.
          onlyNew: method === 'PUT',
        },
        { flags, context },
      );
    });
}

export function replaceCommand<Item>({ resource, write, context }: WriteBound<Item>): Command {
  const command = apiCommand({
    name: 'replace',
    description: `Make ${article(resource.one)} what is given, and nothing else; a new one where there is none.`,
    examples: write.examples.replace,
    notes: writeNotes,
  });
  return addChangeOptions(addWriteOptions(command, write))
    .addArgument(idArgument(resource, true))
    .action(async (given: string | undefined, flags: WriteFlags) => {
      const document = await documentOf(flags, write.body(flags, false), context);
      write.check?.(document, false);
      const id = given ?? write.create.idOf(document);
      if (id === undefined) throw nameless(resource.id.as);
      await sendChange(
        {
          ...{ method: 'PUT', path: resource.id.path(id), name: id },
          body: withoutReadOnly(document, write),
          done: (status) => (status === 201 ? 'created' : 'replaced'),
        },
        { flags, context },
      );
    });
}

export function patchCommand<Item>({ resource, write, context }: WriteBound<Item>): Command {
  const command = apiCommand({
    name: 'patch',
    description: `Change some fields of ${article(resource.one)}; the others stay as they are.`,
    examples: write.examples.patch ?? [],
    notes: writeNotes,
  }).alias('set');
  return addChangeOptions(addWriteOptions(command, write, { patch: true }))
    .addArgument(idArgument(resource))
    .action(async (id: string, flags: WriteFlags) => {
      const document = await documentOf(flags, write.body(flags, true), context);
      write.check?.(document, true);
      // What was named one by one was meant: the API says that it cannot be written.
      const patch = flags.file === undefined ? document : withoutReadOnly(document, write);
      if (Object.keys(patch).length === 0) {
        throw new UsageError('there is nothing to change', { remedy: 'Name a field: --set name=Operators' });
      }
      await sendChange(
        { method: 'PATCH', path: resource.id.path(id), body: patch, name: id, done: () => 'changed' },
        { flags, context },
      );
    });
}

/** What was read can be sent back: what only Signalbox says is left out. */
export function withoutReadOnly(document: JsonObject, { readOnly }: ResourceWrite): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !readOnly.includes(name)));
}

function nameless(as: string, from = 'a file that says it'): UsageError {
  return new UsageError(`it is not said which one: neither ${as} was given nor ${from}`, {
    remedy: `Put ${as} behind the command.`,
  });
}
