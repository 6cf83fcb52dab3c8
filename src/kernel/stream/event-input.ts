import { instantOf } from '../../domain/instant.ts';
import { newId } from '../../domain/new-id.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { issueText } from '../../domain/issue-text.ts';
import type { EventRecord, ObjectRecord } from '../../domain/records.ts';
import { schemaError } from '../../domain/schema-error.ts';
import type { AnyObjectType, Cause, JsonValue } from '../../sdk/index.ts';
import type { PluginRegistry } from '../plugins/plugin-registry.ts';
import { requestCause } from '../request-cause.ts';
import { checkKey } from '../resources/names.ts';

/** An event as it comes in. */
export interface EventInput {
  /** `<object type>.<event>`. */
  readonly type: string;
  /** Key of the object that it is about. */
  readonly object?: string | undefined;
  /** Default: an empty object. */
  readonly data?: unknown;
  readonly source?: string | undefined;
  /** Deduplicates together with `source`. */
  readonly id?: string | undefined;
  /** RFC 3339. Default: now. */
  readonly time?: string | undefined;
  /** The event that led to it. */
  readonly causedBy?: Cause | undefined;
}

export interface EventOrigin {
  /** For events that name none. */
  readonly defaultSource: string;
  /** Another system sent them: types that only Signalbox itself may speak for are refused. */
  readonly outside?: boolean;
  /** The object that the events are about, as it was, should it be gone. */
  readonly object?: ObjectRecord;
  /** Id of the one trigger that they are to fire: somebody plays them by hand. They say nothing of their objects. */
  readonly trigger?: string;
  /** The object type that has read what the other system sent: it may speak for itself all the same. */
  readonly ownType?: string;
}

const whenWrong = { error: issueText };

/** Judges an event against what the plugins declare and stamps id and time on it. */
export function eventRecord(input: EventInput, registry: PluginRegistry, origin: EventOrigin): EventRecord {
  const known = registry.event(input.type);
  if (!known) throw invalid('EVENT_TYPE_UNKNOWN', 'type', registry.undeclared('event', input.type));
  if (origin.outside === true && known.type.ingest === false && known.type.name !== origin.ownType) {
    throw new SignalboxError('FORBIDDEN', `type: events of the type ${known.type.name} cannot be sent in`, {
      field: 'type',
    });
  }
  checkObject(input, known.type);
  const data = known.schema.safeParse(input.data ?? {}, whenWrong);
  if (!data.success)
    throw schemaError(data.error, { code: 'EVENT_INVALID', subject: input.type, prefix: 'data' });
  const cause = input.causedBy ?? requestCause();
  const receivedAt = Date.now();
  return {
    id: newId(),
    source: text(input.source, 'source') ?? origin.defaultSource,
    ...(input.id !== undefined && { sourceId: text(input.id, 'id') as string }),
    type: input.type,
    ...(input.object !== undefined && { object: input.object }),
    time: input.time === undefined ? receivedAt : instant(input.time),
    receivedAt,
    data: data.data as JsonValue,
    ...(cause && { causedBy: cause.id }),
    depth: cause ? cause.depth + 1 : 0,
  };
}

function checkObject({ type, object }: EventInput, declared: AnyObjectType): void {
  const { name, instances = 'optional' } = declared;
  if (object === undefined) {
    if (instances === 'required' && !declared.subjects)
      throw invalid('EVENT_INVALID', 'object', `${type} must name the ${name} that it is about`);
    return;
  }
  if (instances === 'none')
    throw invalid('EVENT_INVALID', 'object', `${name} has no objects; leave "object" out`);
  checkKey(object, 'object');
}

/** Bytes of `source` and of `id`: both together are one index entry, which PostgreSQL limits to 2,704. */
export const maxIdBytes = 1_000;

function text(value: string | undefined, field: string): string | undefined {
  if (value === undefined) return undefined;
  if (value === '' || Buffer.byteLength(value) > maxIdBytes || /[\p{Cc}\p{Cs}]/u.test(value)) {
    throw invalid(
      'EVENT_INVALID',
      field,
      `must be 1 to ${String(maxIdBytes)} bytes without control characters`,
    );
  }
  return value;
}

function instant(time: string): number {
  const at = instantOf(time);
  if (Number.isNaN(at))
    throw invalid('EVENT_INVALID', 'time', 'must be an RFC 3339 time, such as 2026-03-01T12:00:00Z');
  return at;
}

function invalid(
  code: 'EVENT_INVALID' | 'EVENT_TYPE_UNKNOWN',
  field: string,
  message: string,
): SignalboxError {
  return new SignalboxError(code, `${field}: ${message}`, { field });
}
