import { Inject, Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { SignalboxError } from '../../domain/errors.ts';
import { isNewer, type ManagedBy, type ObjectRecord, type ObjectState } from '../../domain/records.ts';
import { versionTime } from '../../domain/version-time.ts';
import type { Cause, Clock, Discovery, JsonObject, ReadyMade } from '../../sdk/index.ts';
import { actingItself } from '../audit/acting.ts';
import { auditEntry, type AuditFact } from '../audit/audit-entry.ts';
import { appliedFact, resourceFact, type Altered } from '../audit/resource-facts.ts';
import { CLOCK } from '../clock.ts';
import { EgressHttp } from '../egress/egress-http.ts';
import { KERNEL_LIMITS, type KernelLimits } from '../limits.ts';
import { Notices } from '../notices/notices.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import {
  RESOURCE_STORE,
  type Beside,
  type ObjectName,
  type ResourceChange,
  type ResourceStorePort,
} from '../ports.ts';
import { maskSecrets } from '../redaction/redactor.ts';
import { Serial } from '../serial.ts';
import { RecordBuilder } from './record-builder.ts';
import { ResourceIndex } from './resource-index.ts';
import { stageRemoval } from './removal.ts';
import type { Applied, ResourceInput, ResourceRecord, ResourceRef, Revised } from './resource-input.ts';
import { stageRetagging, type Retagging } from './retagging.ts';
import { inputProblems, revise, sameContent, type Revision, type RevisionResult } from './revision.ts';
import { settingsSchema } from './settings-parser.ts';
import { identity, Staging } from './staging.ts';
import { Outbox, type RecordChange } from './outbox.ts';

/** Stamps may be ahead of the clock by so much, ms. */
const tieMs = 1_000;

/** How a change is made. */
export interface Terms {
  /** It is judged and told of, and not done. */
  readonly dryRun?: boolean | undefined;
  /** Is shown what is stored, when nothing can come between any more; throws where that is not to be changed. */
  readonly check?: ((stored: ResourceRecord | undefined) => void) | undefined;
}

/** How one resource is removed. */
export interface RemovalTerms extends Terms {
  /** Those that name it are switched off, objects lose the tag. */
  readonly force?: boolean | undefined;
}

/** Why Signalbox switches an object off. */
interface SwitchingOff {
  readonly reason: string;
  /** The event that led to it. */
  readonly cause: Cause;
}

/** What goes to the disk with changes. */
interface Company extends Pick<Beside, 'states' | 'readyMade'> {
  /** What the audit log says, made of what it would say of the changes. */
  readonly facts?: (told: readonly AuditFact[]) => readonly AuditFact[];
}

/** Changes what is configured: judged first, then on disk, then in memory, then told. */
@Injectable()
export class ResourceService {
  readonly #serial = new Serial();
  #stamped = 0;

  constructor(
    private readonly index: ResourceIndex,
    private readonly registry: PluginRegistry,
    private readonly egress: EgressHttp,
    private readonly notices: Notices,
    private readonly outbox: Outbox,
    @Inject(KERNEL_LIMITS) private readonly limits: KernelLimits,
    @Inject(RESOURCE_STORE) private readonly store: ResourceStorePort,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Reads everything from the disk; once, before anything is routed. */
  async load(): Promise<void> {
    this.index.load(await this.store.load());
  }

  /** All or nothing. An input that changes nothing is left as it is stored. */
  async apply(inputs: readonly ResourceInput[], managedBy: ManagedBy): Promise<readonly Applied[]> {
    return (await this.revise({ inputs, managedBy })).applied;
  }

  /**
   * All or nothing. Rejects with the first error, which names its input. One that depends on what is stored is made by a function:
   * nothing else is written between its look and the change.
   */
  revise(
    revision: Revision | (() => Revision),
    { dryRun }: Pick<Terms, 'dryRun'> = {},
  ): Promise<RevisionResult> {
    let managedBy: ManagedBy | undefined;
    const facts = (told: readonly AuditFact[]): readonly AuditFact[] =>
      managedBy === 'config' && told.length > 0 ? [...told, appliedFact(told)] : told;
    return this.#change({ dryRun, facts }, (staging) => {
      const made = typeof revision === 'function' ? revision() : revision;
      managedBy = made.managedBy;
      return this.#revised(made, staging);
    });
  }

  /** What `revise` would do, and the same errors. Changes nothing. */
  preview(revision: Revision): Promise<RevisionResult> {
    return this.revise(revision, { dryRun: true });
  }

  /** Every error that applying the inputs would meet, not only the first; each names its input. Changes nothing. */
  problems(inputs: readonly ResourceInput[], managedBy: ManagedBy): readonly SignalboxError[] {
    const staging = new Staging(this.index);
    const builder = this.#builder(staging, managedBy);
    return inputProblems(inputs, { staging, builder });
  }

  /**
   * Removes one resource; what others name is not removed unless that is forced. Gives what becomes of it, then of those that
   * name it.
   */
  remove(ref: ResourceRef, { dryRun, force = false, check }: RemovalTerms = {}): Promise<readonly Revised[]> {
    return this.#change({ dryRun }, (staging) => {
      const stored = staging.find(ref);
      if (stored) check?.(stored);
      return stageRemoval(staging, ref, { force, now: this.#stamp() });
    });
  }

  /**
   * Puts a tag on some objects and takes it from others, all or nothing; unknown objects are errors. Gives what becomes of the
   * tag, then of the objects that change.
   */
  retag(
    tag: string,
    retagging: Retagging,
    { dryRun }: Pick<Terms, 'dryRun'> = {},
  ): Promise<readonly Revised[]> {
    return this.#change({ dryRun }, (staging) => {
      const now = this.#stamp();
      return stageRetagging(tag, retagging, { staging, builder: this.#builder(staging, 'api', now), now });
    });
  }

  /**
   * Puts objects of a type that are not there yet, as many as may come into being by themselves, and brings the state of
   * all up to date. Gives the keys of the new ones. All or nothing.
   */
  discover(type: string, found: readonly Discovery[]): Promise<readonly string[]> {
    const at = this.clock.now();
    return this.#serial.run(async () => {
      const staging = new Staging(this.index);
      const builder = this.#builder(staging, 'event');
      const fresh = found.filter(({ key }) => !this.index.object(type, key));
      const room = Math.max(this.limits.routing.maxRegistered - this.index.count(type), 0);
      for (const { key, name, tags, settings } of fresh.slice(0, room)) {
        for (const put of builder.build({ kind: 'object', type, key, name, tags, settings }))
          staging.put(put);
      }
      const there = found.filter(({ key }) => staging.object(type, key));
      const states = there.flatMap((one) => this.#stateOf(type, one, at) ?? []);
      // What there is out there is nobody's doing here.
      await this.#write(staging.changes, { states, facts: () => [] });
      return fresh.slice(0, room).map(({ key }) => key);
    });
  }

  /**
   * Puts the objects that types bring along, those that were never put before. Somebody's own object under the same key
   * stays as it is. Gives what is wrong with those that cannot be put.
   */
  putReadyMade(): Promise<readonly SignalboxError[]> {
    return this.#serial.run(async () => {
      const known = new Set((await this.store.readyMade()).map(({ type, key }) => `${type}/${key}`));
      const staging = new Staging(this.index);
      const builder = this.#builder(staging, 'api');
      const fresh = this.registry
        .types()
        .flatMap(({ type }) => (type.readyMade ?? []).map((object) => ({ ...object, type: type.name })))
        .filter(({ type, key }) => !known.has(`${type}/${key}`));
      const problems = fresh.flatMap((object) => this.#stageReadyMade(staging, builder, object) ?? []);
      const names = fresh.map(({ type, key }) => ({ type, key }));
      await this.#write(staging.changes, { readyMade: names });
      return problems;
    });
  }

  #stageReadyMade(
    staging: Staging,
    builder: RecordBuilder,
    object: ReadyMade & ObjectName,
  ): SignalboxError | undefined {
    if (staging.object(object.type, object.key)) return undefined;
    try {
      for (const put of builder.build({ kind: 'object', ...object })) staging.put(put);
      return undefined;
    } catch (error) {
      if (error instanceof SignalboxError) return error;
      throw error;
    }
  }

  /** Undefined when it says nothing new. */
  #stateOf(type: string, { key, state: found }: Discovery, at: number): ObjectState | undefined {
    const known = this.index.state(type, key);
    if (!found || (known && isNewer(known, { at, now: at }))) return undefined;
    const state = { ...known?.state, ...found };
    return isDeepStrictEqual(state, known?.state) ? undefined : { type, key, state, at };
  }

  /** Signalbox itself switches an object off. */
  switchOff({ type, key }: ObjectName, { reason, cause }: SwitchingOff): Promise<void> {
    const work = async (): Promise<void> => {
      const object = this.index.object(type, key);
      if (object?.enabled !== true) return;
      const now = this.#stamp();
      const put = { ...object, enabled: false, updatedAt: versionTime(now, object), changedAt: now };
      await this.#write([{ kind: 'object', put }], {
        facts: (facts) => facts.map((fact) => ({ ...fact, action: 'disabled', details: { reason } })),
      });
    };
    return this.#serial.run(() => actingItself(work, cause));
  }

  /** Removes a delete-after-running task whose runs have ended, with its triggers. */
  removeSpentTask(id: string): Promise<void> {
    const work = async (): Promise<void> => {
      if (this.index.task(id)?.spent !== true) return;
      const triggers = this.index.triggers().filter((trigger) => trigger.task === id);
      await this.#write([
        ...triggers.map((trigger) => ({ kind: 'trigger', remove: trigger.id }) as const),
        { kind: 'task', remove: id },
      ]);
    };
    return this.#serial.run(() => actingItself(work));
  }

  /** Settings for people: secrets masked. */
  maskedSettings(record: ObjectRecord): JsonObject {
    const type = this.registry.type(record.type);
    // Without its schema nothing is known to be harmless.
    return type ? (maskSecrets(settingsSchema(type), record.settings) as JsonObject) : {};
  }

  /** The settings of a task, or what a run has kept of them, for people: secrets masked. */
  maskedInput(action: string, settings: JsonObject): JsonObject {
    const known = this.registry.action(action)?.action;
    return known ? (maskSecrets(known.input, settings) as JsonObject) : {};
  }

  #change<Result>(
    { dryRun = false, facts }: Pick<Terms, 'dryRun'> & Pick<Company, 'facts'>,
    work: (staging: Staging) => Result,
  ): Promise<Result> {
    return this.#serial.run(async () => {
      const staging = new Staging(this.index);
      const result = work(staging);
      if (!dryRun) await this.#write(staging.changes, facts ? { facts } : {});
      return result;
    });
  }

  /**
   * The time, for what is written now. No two changes get the same: what is removed and made again within a millisecond can be told
   * apart. A clock that was put back is believed.
   */
  #stamp(): number {
    const now = this.clock.now();
    const tied = now <= this.#stamped && this.#stamped - now < tieMs;
    return (this.#stamped = tied ? this.#stamped + 1 : now);
  }

  #builder(staging: Staging, managedBy: ManagedBy, now = this.#stamp()): RecordBuilder {
    const { registry, egress } = this;
    return new RecordBuilder({ registry, egress }, staging, managedBy, now);
  }

  #revised(revision: Revision, staging: Staging): RevisionResult {
    return revise(revision, { staging, builder: this.#builder(staging, revision.managedBy) });
  }

  async #write(
    changes: readonly ResourceChange[],
    { states = [], readyMade = [], facts = (told) => told }: Company = {},
  ): Promise<void> {
    if (changes.length + states.length + readyMade.length === 0) return;
    const altered = changes.map((change) => this.#altered(change));
    const outbox = this.outbox.recordsOf(altered.flatMap((one) => objectChange(one) ?? []));
    const audit = facts(altered.flatMap((one) => resourceFact(one, this.registry) ?? [])).map(auditEntry);
    await this.store.apply(changes, { outbox, states, readyMade, audit });
    for (const change of changes) this.index.change(change);
    this.index.noteFound(states);
    for (const { kind, id, before, after } of altered) {
      const change = after ? (before ? 'updated' : 'created') : 'removed';
      this.notices.tell('resource.changed', { ref: { kind, id }, change });
    }
    if (audit.length > 0) this.notices.tell('changes.stored', { entries: audit });
    await this.outbox.publish(outbox);
  }

  #altered(change: ResourceChange): Altered {
    const ref = refOf(change);
    return { ...ref, before: this.index.find(ref), after: 'put' in change ? change.put : undefined };
  }
}

function objectChange({ kind, before, after }: Altered): RecordChange | undefined {
  if (kind !== 'object' || (before && after && sameContent(before, after))) return undefined;
  return { before: before as ObjectRecord | undefined, after: after as ObjectRecord | undefined };
}

function refOf(change: ResourceChange): ResourceRef {
  if ('put' in change) return { kind: change.kind, id: identity(change) };
  if (change.kind === 'object') return { kind: 'object', id: `${change.remove.type}/${change.remove.key}` };
  return { kind: change.kind, id: change.remove };
}
