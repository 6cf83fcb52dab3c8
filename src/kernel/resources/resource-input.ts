import type { ObjectRecord, TagRecord, Target, TaskRecord, TriggerRecord } from '../../domain/records.ts';

export type ResourceKind = 'object' | 'tag' | 'task' | 'trigger';

export interface ObjectInput {
  readonly kind: 'object';
  readonly type: string;
  readonly key: string;
  /** Default: the key. */
  readonly name?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly settings?: unknown;
}

export interface TagInput {
  readonly kind: 'tag';
  /** `category/name`. */
  readonly name: string;
  readonly description?: string | undefined;
}

export interface TaskInput {
  readonly kind: 'task';
  /** Default: made of the name. */
  readonly id?: string | undefined;
  /** Default: the id. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly deleteAfterRunning?: boolean | undefined;
  readonly action: string;
  readonly target: Target;
  readonly settings?: unknown;
}

export interface TriggerInput {
  readonly kind: 'trigger';
  /** Default: made of the task and the event. */
  readonly id?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly event: string;
  readonly object?: string | undefined;
  readonly tag?: string | undefined;
  readonly filter?: unknown;
  readonly task: string;
}

/** What people write, in the API or in files; `ResourceService` makes records of it. */
export type ResourceInput = ObjectInput | TagInput | TaskInput | TriggerInput;

/** Names one resource; the id of an object is `vm/gpu-01`. */
export interface ResourceRef {
  readonly kind: ResourceKind;
  readonly id: string;
}

/** The record of each kind. */
export interface Records {
  readonly object: ObjectRecord;
  readonly tag: TagRecord;
  readonly task: TaskRecord;
  readonly trigger: TriggerRecord;
}

export type ResourceRecord = Records[ResourceKind];

/** What `apply` did with one input. `adopted`: only who looks after the resource has changed. */
export interface Applied extends ResourceRef {
  readonly change: 'created' | 'updated' | 'adopted' | 'unchanged';
}

/**
 * What becomes of one resource. `released`: people look after it from now on. `kept`: it was to be removed, but others
 * name it.
 */
export interface Revised extends ResourceRef {
  readonly change: Applied['change'] | 'removed' | 'released' | 'kept';
  readonly before?: ResourceRecord | undefined;
  readonly after?: ResourceRecord | undefined;
  /** Those that name what is kept: `task tell-ops`. */
  readonly usedBy?: readonly string[];
}
