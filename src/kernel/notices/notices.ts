import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { AuditRecord } from '../../domain/audit.ts';
import type { ResourceRef } from '../resources/resource-input.ts';
import type { EventRecord, RunRecord } from '../../domain/records.ts';
import type { Ailment, Failure } from '../dispatch/incidents.ts';
import type { Settlement } from '../ports.ts';

/**
 * Notices tell the rest of the house that something has happened, so that it can refresh what it shows or caches.
 * They may be missed without harm: what must not be lost is in the database.
 */
export interface NoticeMap {
  /** A resource was put or removed. */
  'resource.changed': { readonly ref: ResourceRef; readonly change: 'created' | 'updated' | 'removed' };
  /** Changes of resources are on disk, with these entries of the audit log. */
  'changes.stored': { readonly entries: readonly AuditRecord[] };
  /** The runs of a target are held: it does nothing but fail. */
  'target.failing': Ailment;
  /** They go on. */
  'target.recovered': { readonly target: string };
  /** A run has failed for good, one of those that are told of. */
  'run.failed': Failure;
  /** Events and their runs are on disk. */
  'events.committed': { readonly events: readonly EventRecord[]; readonly runs: readonly RunRecord[] };
  /** Outcomes are on disk. */
  'runs.settled': { readonly settlements: readonly Settlement[] };
}

/** Typed front of the event emitter. */
@Injectable()
export class Notices {
  constructor(private readonly emitter: EventEmitter2) {}

  tell<Name extends keyof NoticeMap>(name: Name, notice: NoticeMap[Name]): void {
    this.emitter.emit(name, notice);
  }

  on<Name extends keyof NoticeMap>(name: Name, listener: (notice: NoticeMap[Name]) => void): void {
    this.emitter.on(name, listener);
  }
}
