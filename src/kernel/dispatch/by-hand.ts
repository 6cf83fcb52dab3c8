import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { ObjectRecord, TaskRecord, TriggerRecord } from '../../domain/records.ts';
import type { JsonObject, JsonValue } from '../../sdk/index.ts';
import { auditEntry, type AuditFact } from '../audit/audit-entry.ts';
import { AUDIT, type AuditPort } from '../audit/audit-port.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { EventInput, EventOrigin } from '../stream/event-input.ts';
import { EventStream, type Published } from '../stream/event-stream.ts';
import { ObjectTester, type ObjectTest } from './object-tester.ts';

/** An event as somebody plays it. */
export interface PlayedEvent {
  /** Default: that of the trigger. */
  readonly object?: string | undefined;
  readonly data?: unknown;
}

/**
 * What people set off themselves. It is in the audit log before it happens: a crash in between leaves an entry of something that
 * somebody has asked for, never something that nobody seems to have done. The entry's id is the event's at its source.
 */
@Injectable()
export class ByHand {
  constructor(
    private readonly stream: EventStream,
    private readonly tester: ObjectTester,
    private readonly registry: PluginRegistry,
    @Inject(AUDIT) private readonly audit: AuditPort,
  ) {}

  /** Runs a task: the ordinary event `task.run` on it. Throws CONFLICT when it is disabled. */
  run({ id, name, enabled }: TaskRecord, data: JsonValue): Promise<Published> {
    if (!enabled) throw new SignalboxError('CONFLICT', `task ${id} is disabled; enable it to run it`);
    const event = { type: 'task.run', object: id, data };
    const fact = { action: 'run', kind: 'task', resource: id, name } as const;
    return this.#publish(event, { defaultSource: 'signalbox/api' }, fact);
  }

  /** Fires a trigger, its filter not asked: as if its event had happened with this data, to nobody else. */
  fire(
    { id, enabled, event: type, object: own }: TriggerRecord,
    { object = own, data }: PlayedEvent,
  ): Promise<Published> {
    if (!enabled) throw new SignalboxError('CONFLICT', `trigger ${id} is switched off`);
    const origin = { defaultSource: 'signalbox/hand', trigger: id };
    const details: JsonObject = { event: type, ...(object !== undefined && { object }) };
    return this.#publish({ type, object, data }, origin, {
      action: 'fired',
      kind: 'trigger',
      resource: id,
      details,
    });
  }

  /** Tries an object out. A test that fails is an answer, too. */
  async test(object: ObjectRecord): Promise<ObjectTest> {
    const { type, key, name } = object;
    if (this.registry.type(type)?.test) {
      const fact = { action: 'tested', kind: 'object', resource: `${type}/${key}`, name } as const;
      await this.audit.append([auditEntry(fact)]);
    }
    return this.tester.test(object);
  }

  async #publish(event: EventInput, origin: EventOrigin, fact: AuditFact): Promise<Published> {
    // What is refused has not been done.
    this.stream.judge(event, origin);
    const entry = auditEntry(fact);
    await this.audit.append([entry]);
    const [published] = await this.stream.publish([{ ...event, id: entry.id }], origin);
    if (!published) throw new SignalboxError('INTERNAL', `${event.type}: nothing was published`);
    return published;
  }
}
