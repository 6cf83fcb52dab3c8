import { IsString } from 'class-validator';
import { SignalboxError } from '../../domain/errors.ts';
import { splitName, type TriggerRecord } from '../../domain/records.ts';
import type { TriggerInput } from '../../kernel/resources/resource-input.ts';
import type { AnyObjectType } from '../../sdk/index.ts';
import { Optional } from '../validation/optional.ts';
import type { DtoClass } from '../validation/to-dto.ts';
import { TriggerBaseDto, TriggerBodyDto } from './trigger-body.dto.ts';
import { triggerView, writableTrigger, type TriggerView } from './trigger-view.ts';

/** How the triggers of one path are written and shown. */
export interface TriggerForm {
  /** `event-triggers` */
  readonly path: string;
  /** Which triggers are found there. */
  readonly has: (trigger: TriggerRecord) => boolean;
  /** What PUT takes; POST also takes an `id`. */
  readonly Body: DtoClass<TriggerBaseDto>;
  readonly NewBody: DtoClass<TriggerBaseDto & { id?: string }>;
  readonly inputOf: (id: string | undefined, body: TriggerBaseDto) => TriggerInput;
  /** What a PUT would have to carry to leave it as it is. */
  readonly writable: (trigger: TriggerRecord) => object;
  readonly view: (trigger: TriggerRecord, available: boolean) => object;
}

/** The triggers of types that have given none a path of their own. */
export function eventTriggers(types: readonly AnyObjectType[]): TriggerForm {
  const own = new Map(
    types.flatMap(({ name, triggers }) =>
      triggers ? [[`${name}.${triggers.event}`, triggers.collection]] : [],
    ),
  );
  return {
    path: 'event-triggers',
    has: ({ event }) => !own.has(event),
    Body: TriggerBodyDto,
    NewBody: withId(TriggerBodyDto),
    inputOf: (id, body) => {
      const { enabled, event, object, tag, filter, task } = body as TriggerBodyDto;
      const path = own.get(event);
      if (path === undefined) return { kind: 'trigger', id, enabled, event, object, tag, filter, task };
      throw new SignalboxError('RESOURCE_INVALID', `event: triggers on ${event} are at /api/${path}`, {
        field: 'event',
      });
    },
    writable: writableTrigger,
    view: triggerView,
  };
}

/** The triggers on one event, the object being called as its type is: `{ "schedule": "friday", "task": … }`. */
export function triggersOf({ name, triggers }: AnyObjectType): TriggerForm | undefined {
  if (!triggers) return undefined;
  const type = `${name}.${triggers.event}`;
  const Body = bodyNaming(name);
  return {
    path: triggers.collection,
    has: ({ event }) => event === type,
    Body,
    NewBody: withId(Body),
    inputOf: (id, body) => {
      const { enabled, tag, filter, task } = body;
      const object = (body as unknown as Readonly<Record<string, string | undefined>>)[name];
      if (object === undefined && tag === undefined)
        throw new SignalboxError('RESOURCE_INVALID', `${name}: is missing`, { field: name });
      return { kind: 'trigger', id, enabled, event: type, object, tag, filter, task };
    },
    writable: (trigger) => named(name, writableTrigger(trigger)),
    view: (trigger, available) => named(name, triggerView(trigger, available)),
  };
}

/** With the object under the name of its type, and without the event, which the path says. */
function named(name: string, { event: _, object, ...rest }: Pick<TriggerView, 'event' | 'object'>): object {
  const { id, ...more } = rest as { readonly id?: string };
  return { ...(id !== undefined && { id }), ...(object !== undefined && { [name]: object }), ...more };
}

function bodyNaming(name: string): DtoClass<TriggerBaseDto> {
  class NamedTriggerDto extends TriggerBaseDto {}
  Optional()(NamedTriggerDto.prototype, name);
  IsString()(NamedTriggerDto.prototype, name);
  return NamedTriggerDto;
}

function withId(Body: DtoClass<TriggerBaseDto>): TriggerForm['NewBody'] {
  class IdentifiedTriggerDto extends Body {
    /** Default: made of the task and the event. */
    @Optional()
    @IsString()
    id?: string;
  }
  return IdentifiedTriggerDto;
}

/** The object type of a trigger's event. */
export function typeOf({ event }: TriggerRecord): string {
  return splitName(event).type;
}
