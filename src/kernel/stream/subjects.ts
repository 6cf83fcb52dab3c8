import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { SignalboxError } from '../../domain/errors.ts';
import { issueText } from '../../domain/issue-text.ts';
import { newId } from '../../domain/new-id.ts';
import { splitName, type EventRecord } from '../../domain/records.ts';
import { schemaError } from '../../domain/schema-error.ts';
import type { AnyObjectType, JsonValue, Subject } from '../../sdk/index.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { ObjectViews } from '../resources/object-views.ts';
import { maxIdBytes } from './event-input.ts';

/** Finds the objects of an event that names none, for types that know how. */
@Injectable()
export class Subjects {
  constructor(
    private readonly registry: PluginRegistry,
    private readonly views: ObjectViews,
  ) {}

  /** The event, or one for each object that it is about. */
  of(event: EventRecord): readonly EventRecord[] {
    if (event.object !== undefined) return [event];
    const type = this.registry.event(event.type)?.type;
    if (!type?.subjects) return [event];
    const subjects = this.#ask(type, event);
    if (subjects.length === 0) return [event];
    return subjects.map((subject) => this.#about(event, subject));
  }

  #ask(type: AnyObjectType, { type: name, data }: EventRecord): readonly Subject[] {
    const event = { event: splitName(name).member, data };
    // Data and settings have been parsed by the schemas that the method was typed with.
    return this.registry.inScopeOf(
      type.name,
      () => type.subjects?.(event as never, this.views.list(type.name) as never) ?? [],
    );
  }

  #about(event: EventRecord, subject: Subject): EventRecord {
    const { sourceId } = event;
    return {
      ...event,
      id: newId(),
      object: subject.object,
      ...(sourceId !== undefined && { sourceId: idFor(sourceId, subject.object) }),
      ...('data' in subject && { data: this.#data(event, subject.data) }),
    };
  }

  #data({ type }: EventRecord, data: unknown): JsonValue {
    const parsed = this.registry.event(type)?.schema.safeParse(data, { error: issueText });
    if (!parsed) throw new SignalboxError('EVENT_TYPE_UNKNOWN', `no plugin declares the event "${type}"`);
    if (parsed.success) return parsed.data as JsonValue;
    throw schemaError(parsed.error, { code: 'EVENT_INVALID', subject: type, prefix: 'data' });
  }
}

/** What the sender calls the event, told apart by the object. Sent again it is the same. */
function idFor(sourceId: string, object: string): string {
  const id = `${sourceId}#${object}`;
  return Buffer.byteLength(id) <= maxIdBytes ? id : hash('sha256', id, 'hex');
}
