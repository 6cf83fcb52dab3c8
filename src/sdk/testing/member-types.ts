import type { z } from 'zod';
import type { JsonObject } from '../json.ts';
import type { AnyObjectType } from '../object-type.ts';

/*
 * Types of a plugin's members, found by their names. `Type` is the union of its object types; each helper goes
 * through it member by member.
 */

type Empty = Record<never, never>;

/** A property that may be left out when nothing in it is required. */
type Settable<Input> = Empty extends Input ? { readonly settings?: Input } : { readonly settings: Input };

type SettingsInput<Type extends AnyObjectType> = z.input<NonNullable<Type['settings']>>;

/** The data of an event, parsed. */
export type EventData<Type extends AnyObjectType, Name extends string> = Type extends AnyObjectType
  ? Name extends `${Type['name']}.${infer Event}`
    ? NonNullable<Type['events']>[Event] extends z.ZodType
      ? z.output<NonNullable<Type['events']>[Event]>
      : never
    : never
  : never;

/** `webhook.send` and so on. */
export type ActionName<Type extends AnyObjectType> = Type extends AnyObjectType
  ? `${Type['name']}.${keyof NonNullable<Type['actions']> & string}`
  : never;

/** What a task's settings for an action must be. */
export type ActionInput<Type extends AnyObjectType, Name extends string> = Type extends AnyObjectType
  ? Name extends `${Type['name']}.${infer Action}`
    ? z.input<NonNullable<NonNullable<Type['actions']>[Action]>['input']>
    : never
  : never;

interface ObjectBasics {
  /** Default: the key. */
  readonly name?: string;
  readonly tags?: readonly string[];
  /** What events have told of it last. Default: nothing. */
  readonly state?: JsonObject;
}

/** An object of one of the plugin's types. */
export type TestObject<Type extends AnyObjectType> = Type extends AnyObjectType
  ? ObjectBasics & { readonly type: Type['name']; readonly key: string } & Settable<SettingsInput<Type>>
  : never;

/** The object that an action or a test is run on; its key is `test` unless given. */
export type TestTarget<Type extends AnyObjectType, Name extends string> = Type extends AnyObjectType
  ? Name extends `${Type['name']}.${string}`
    ? ObjectBasics & { readonly key?: string } & Settable<SettingsInput<Type>>
    : never
  : never;
