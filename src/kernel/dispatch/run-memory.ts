import type { EventRecord } from '../../domain/records.ts';
import type { QueuedRun } from '../ports.ts';
import { roughSize } from '../rough-size.ts';
import type { Lane } from './lane.ts';

/** A run in memory. */
export interface HeldRun {
  readonly lane: Lane;
  readonly queued: QueuedRun;
  readonly bytes: number;
}

interface HeldEvent {
  readonly event: EventRecord;
  readonly bytes: number;
  runs: number;
}

/** The runs that memory holds and their events. However many runs an event has caused, it is held and counted once. */
export class RunMemory {
  readonly #runs = new Map<string, HeldRun>();
  readonly #events = new Map<string, HeldEvent>();
  #bytes = 0;

  get runs(): number {
    return this.#runs.size;
  }

  /** About how many. */
  get bytes(): number {
    return this.#bytes;
  }

  has(runId: string): boolean {
    return this.#runs.has(runId);
  }

  get(runId: string): HeldRun | undefined {
    return this.#runs.get(runId);
  }

  event(id: string): EventRecord | undefined {
    return this.#events.get(id)?.event;
  }

  /** The run is not held yet. Returns it with the event that the others of that event have. */
  add({ run, event }: QueuedRun, lane: Lane): QueuedRun {
    const bytes = roughSize(run.input);
    const held = this.#events.get(run.eventId) ?? this.#addEvent(event);
    held.runs++;
    const queued = { run, event: held.event };
    this.#runs.set(run.id, { lane, queued, bytes });
    this.#bytes += bytes;
    return queued;
  }

  remove(runId: string): HeldRun | undefined {
    const run = this.#runs.get(runId);
    if (!run) return undefined;
    this.#runs.delete(runId);
    this.#bytes -= run.bytes;
    const { eventId } = run.queued.run;
    const held = this.#events.get(eventId);
    if (held && --held.runs === 0) {
      this.#events.delete(eventId);
      this.#bytes -= held.bytes;
    }
    return run;
  }

  #addEvent(event: EventRecord): HeldEvent {
    const held = { event, bytes: roughSize(event.data), runs: 0 };
    this.#events.set(event.id, held);
    this.#bytes += held.bytes;
    return held;
  }
}
