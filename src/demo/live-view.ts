import type { Channel, Style } from '../cli/terminal.ts';
import { printable } from '../cli/terminal.ts';
import type { EventRecord, RunRecord, RunState } from '../domain/records.ts';
import type { Notices } from '../kernel/notices/notices.ts';
import type { Settlement } from '../kernel/ports.ts';

const colours: Readonly<Record<RunState, Style>> = {
  pending: 'yellow',
  running: 'cyan',
  succeeded: 'green',
  failed: 'red',
  held: 'magenta',
  cancelled: 'gray',
};

/** What has been seen of a run so far. */
interface Watched {
  readonly run: RunRecord;
  readonly attempts: number;
  readonly state: RunState;
}

/** Shows each event, run and delivery on the terminal as it happens. */
export class LiveView {
  readonly #watched = new Map<string, Watched>();

  constructor(private readonly out: Channel) {}

  get runs(): readonly Watched[] {
    return [...this.#watched.values()];
  }

  watch(notices: Notices): void {
    notices.on('events.committed', ({ events, runs }) => {
      for (const event of events) this.#event(event, runs);
    });
    notices.on('runs.settled', ({ settlements }) => {
      for (const settlement of settlements) this.#settled(settlement);
    });
  }

  #event(event: EventRecord, runs: readonly RunRecord[]): void {
    const subject = event.object === undefined ? '' : ` ${printable(event.object)}`;
    this.#line('event', 'blue', `${event.type}${subject}  ${this.out.paint('gray', event.id)}`);
    for (const run of runs.filter(({ eventId }) => eventId === event.id)) {
      this.#watched.set(run.id, { run, attempts: 0, state: run.state });
      this.#line(
        'run',
        'yellow',
        `"${printable(run.taskName)}" → ${run.target}  ${this.out.paint('gray', run.id)}`,
      );
    }
  }

  #settled({ runId, state, attempts, attempt, dueAt, finishedAt }: Settlement): void {
    const watched = this.#watched.get(runId);
    if (!watched) return;
    this.#watched.set(runId, { ...watched, attempts, state });
    const { run } = watched;
    if (attempt) {
      const answer = attempt.error ?? `HTTP ${String(statusOf(attempt.received))}`;
      const colour = attempt.outcome === 'succeeded' ? 'green' : 'red';
      const text = `attempt ${String(attempt.number)} at ${run.target}: ${printable(answer)}, ${attempt.durationMs.toFixed(1)} ms`;
      this.#line('delivery', colour, text);
    }
    const label = this.out.paint(colours[state], state);
    const title = `"${printable(run.taskName)}"`;
    if (state === 'pending')
      this.#line('run', 'yellow', `${title} tries again in ${String(Math.max(dueAt - Date.now(), 0))} ms`);
    if (finishedAt !== undefined) {
      this.#line(
        'run',
        colours[state],
        `${title} ${label} ${String(finishedAt - run.createdAt)} ms after the event`,
      );
    }
  }

  #line(kind: string, colour: Style, text: string): void {
    const time = new Date().toISOString().slice(11, 23);
    this.out.line(`${this.out.paint('gray', time)}  ${this.out.paint(colour, kind.padEnd(8))}  ${text}`);
  }
}

function statusOf(received: unknown): unknown {
  return typeof received === 'object' && received !== null && 'status' in received
    ? received.status
    : 'no answer';
}
