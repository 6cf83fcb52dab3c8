import type { Command } from 'commander';
import type { JsonObject } from '../../sdk/json.ts';
import { UsageError } from '../cli-error.ts';
import { connect, type ConnectionFlags } from '../connection.ts';
import { anyAnswer, apiCommand, idArgument, tell, type Bound, article } from './bound.ts';
import { documentOf, type DocumentFlags } from './document.ts';
import type { ResourceWrite } from './resource.ts';
import { addWriteOptions, writeNotes } from './write-options.ts';

export interface WriteBound<Item> extends Bound<Item> {
  readonly write: ResourceWrite;
}

type WriteFlags = ConnectionFlags & DocumentFlags & Readonly<Record<string, unknown>>;

export function createCommand<Item>({ resource, write, context }: WriteBound<Item>): Command {
  const command = apiCommand({
    name: 'create',
    description: `Make a new ${resource.one}.`,
    examples: write.examples.create,
    notes: writeNotes,
  });
  return addWriteOptions(command, write)
    .addArgument(idArgument(resource, true))
    .action(async (given: string | undefined, flags: WriteFlags) => {
      const { create } = write;
      const document = await documentOf(flags, write.body(flags, false), context);
      const id = given ?? create.idOf(document);
      if (id === undefined && !create.idOptional) throw nameless(resource.id.as);
      const { path, body } = create.request(id);
      const answer = await connect(flags, context.env).request({
        method: create.method,
        path,
        body: { ...withoutReadOnly(document, write), ...body },
        answer: anyAnswer,
        signal: context.signal,
      });
      tell(context, flags, { done: 'created', name: create.nameOf(answer), answer });
    });
}

export function replaceCommand<Item>({ resource, write, context }: WriteBound<Item>): Command {
  const command = apiCommand({
    name: 'replace',
    description: `Make ${article(resource.one)} what is given, and nothing else; a new one where there is none.`,
    examples: write.examples.replace,
    notes: writeNotes,
  });
  return addWriteOptions(command, write)
    .addArgument(idArgument(resource, true))
    .action(async (given: string | undefined, flags: WriteFlags) => {
      const document = await documentOf(flags, write.body(flags, false), context);
      const id = given ?? write.create.idOf(document);
      if (id === undefined) throw nameless(resource.id.as);
      const { answer, status } = await connect(flags, context.env).retrieve({
        method: 'PUT',
        path: resource.id.path(id),
        body: withoutReadOnly(document, write),
        answer: anyAnswer,
        signal: context.signal,
      });
      tell(context, flags, { done: status === 201 ? 'created' : 'replaced', name: id, answer });
    });
}

export function patchCommand<Item>({ resource, write, context }: WriteBound<Item>): Command {
  const command = apiCommand({
    name: 'patch',
    description: `Change some fields of ${article(resource.one)}; the others stay as they are.`,
    examples: write.examples.patch ?? [],
    notes: writeNotes,
  }).alias('set');
  return addWriteOptions(command, write, { patch: true })
    .addArgument(idArgument(resource))
    .action(async (id: string, flags: WriteFlags) => {
      const patch = await documentOf(flags, write.body(flags, true), context);
      if (Object.keys(patch).length === 0) {
        throw new UsageError('there is nothing to change', { remedy: 'Name a field: --set name=Operators' });
      }
      const answer = await connect(flags, context.env).request({
        method: 'PATCH',
        path: resource.id.path(id),
        body: patch,
        answer: anyAnswer,
        signal: context.signal,
      });
      tell(context, flags, { done: 'changed', name: id, answer });
    });
}

/** What was read can be sent back: what only Signalbox says is left out. */
export function withoutReadOnly(document: JsonObject, { readOnly }: ResourceWrite): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !readOnly.includes(name)));
}

function nameless(as: string): UsageError {
  return new UsageError(`it has no name: neither ${as} nor a file that says it`);
}
