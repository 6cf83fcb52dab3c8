import { Injectable } from '@nestjs/common';
import { asyncScheduler, map, merge, observeOn, share, type Observable } from 'rxjs';
import type { AttemptRecord, EventRecord, RunRecord } from '../../domain/records.ts';
import type { RunChange } from '../dispatch/incidents.ts';
import { Dispatcher } from '../dispatch/dispatcher.ts';
import { RunControl, type ControlledRun } from '../dispatch/run-control.ts';
import { EventStream, type Committed } from '../stream/event-stream.ts';

/** What people see of the event that caused a run. */
export type CausingEvent = Pick<EventRecord, 'type' | 'object'>;

/** Something that has just become durable: an event, a run in a new state, an attempt. */
export type LiveChange =
  | { readonly kind: 'event'; readonly event: EventRecord }
  | { readonly kind: 'run'; readonly run: RunRecord; readonly event: CausingEvent | undefined }
  | {
      readonly kind: 'attempt';
      readonly attempt: AttemptRecord;
      readonly run: RunRecord;
      readonly event: CausingEvent | undefined;
    };

/** What happens, as it happens, for those who look on. While nobody does, it listens to nothing. */
@Injectable()
export class LiveFeed {
  /** Those who look on hear of it a moment later, so that they hold up neither commits nor runs. */
  readonly changes: Observable<readonly LiveChange[]>;

  constructor(stream: EventStream, dispatcher: Dispatcher, control: RunControl) {
    this.changes = merge(
      stream.committed.pipe(map(ofCommit)),
      dispatcher.changed.pipe(map((changes) => changes.flatMap(ofRun))),
      control.changed.pipe(map((changes) => changes.map(ofControl))),
    ).pipe(observeOn(asyncScheduler), share());
  }
}

function ofCommit({ events, runs }: Committed): readonly LiveChange[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  return [
    ...events.map((event): LiveChange => ({ kind: 'event', event })),
    ...runs.map((run): LiveChange => ({ kind: 'run', run, event: byId.get(run.eventId) })),
  ];
}

function ofRun({ run, event, attempt }: RunChange): readonly LiveChange[] {
  const change: LiveChange = { kind: 'run', run, event };
  return attempt ? [{ kind: 'attempt', attempt, run, event }, change] : [change];
}

function ofControl({ run, event }: ControlledRun): LiveChange {
  return { kind: 'run', run, event };
}
