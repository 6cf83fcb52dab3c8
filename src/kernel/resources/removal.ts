import { SignalboxError } from '../../domain/errors.ts';
import type { ObjectRecord, TaskRecord, TriggerRecord } from '../../domain/records.ts';
import { managed } from './record-builder.ts';
import type { ResourceRecord, ResourceRef, Revised } from './resource-input.ts';
import { resourceUsers, userText } from './resource-users.ts';
import type { Staging } from './staging.ts';

/** How one resource is removed. */
export interface RemovalOptions {
  /** Whoever names it is switched off, and objects lose the tag; otherwise what others name is not removed. */
  readonly force: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/** So many users are named in a message. */
const mostNamed = 20;
/** So many are listed. */
const mostListed = 100;

/** Puts the removal into the staging. Gives what becomes of the resource, then of those that name it. */
export function stageRemoval(
  staging: Staging,
  ref: ResourceRef,
  { force, now }: RemovalOptions,
): readonly Revised[] {
  const before = staging.find(ref);
  if (!before) throw new SignalboxError('NOT_FOUND', `there is no ${ref.kind} ${ref.id}`);
  const users = resourceUsers({
    objects: () => (ref.kind === 'tag' ? staging.objects() : []),
    tasks: () => staging.tasks(),
    triggers: () => staging.triggers(),
  })(ref);
  if (users.length > 0 && !force) throw inUse(ref, users);
  refuseDeclared(staging, { ref, users });
  const letGo = users.flatMap((user) => without(staging, { user, ref, now }) ?? []);
  staging.remove(ref);
  return [{ ...ref, change: 'removed', before }, ...letGo];
}

function inUse(ref: ResourceRef, users: readonly ResourceRef[]): SignalboxError {
  return new SignalboxError('IN_USE', inUseText(ref, users), { usedBy: users.slice(0, mostListed) });
}

function inUseText(ref: ResourceRef, users: readonly ResourceRef[]): string {
  const named = users.slice(0, mostNamed).map(userText).join(', ');
  const more = users.length > mostNamed ? ` and ${String(users.length - mostNamed)} more` : '';
  return `${ref.kind} ${ref.id} is used by ${named}${more}`;
}

/** What a file declares would name what is not there from the next start on, and Signalbox would not start with it. */
function refuseDeclared(
  staging: Staging,
  { ref, users }: { readonly ref: ResourceRef; readonly users: readonly ResourceRef[] },
): void {
  const declared = users.filter((user) => isDeclared(user, staging.find(user)));
  if (declared.length === 0) return;
  const message = `${inUseText(ref, declared)}, of a configuration file, which has to let go of it first`;
  throw new SignalboxError('IN_USE', message, { usedBy: declared.slice(0, mostListed) });
}

/** Not objects: they get the tag back from the file. What the file itself has switched off may name what is not there. */
function isDeclared({ kind }: ResourceRef, record: ResourceRecord | undefined): boolean {
  if (kind === 'object' || record?.managedBy !== 'config') return false;
  return (record as TaskRecord | TriggerRecord).enabled || record.changedByHandAt !== undefined;
}

/** Undefined: it is switched off as it is. */
function without(
  staging: Staging,
  { user, ref, now }: { readonly user: ResourceRef; readonly ref: ResourceRef; readonly now: number },
): Revised | undefined {
  const before = staging.find(user);
  if (!before) return undefined;
  const mark = managed('api', before, now);
  if (user.kind === 'object') {
    const object = before as ObjectRecord;
    const after = { ...object, tags: object.tags.filter((tag) => tag !== ref.id), ...mark };
    staging.put({ kind: 'object', put: after });
    return { ...user, change: 'updated', before, after };
  }
  if (!(before as TaskRecord | TriggerRecord).enabled) return undefined;
  const after = { ...(before as TaskRecord | TriggerRecord), enabled: false, ...mark };
  staging.put({ kind: user.kind, put: after } as Parameters<Staging['put']>[0]);
  return { ...user, change: 'updated', before, after };
}
