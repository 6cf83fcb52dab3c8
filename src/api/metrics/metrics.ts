import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type * as PromClient from 'prom-client';
import { Dispatcher } from '../../kernel/dispatch/dispatcher.ts';
import type { RunChange } from '../../kernel/dispatch/incidents.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { HISTORY, mostCounted, type HistoryPort } from '../../kernel/ports.ts';
import { EventStream, type Committed } from '../../kernel/stream/event-stream.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from './prom-client.ts';

/** From 5 ms to the two minutes that an action may take, in seconds. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const batchSizes = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/**
 * What Prometheus is told. Labels are names that plugins declare, never those of objects: their number does not grow with
 * what is sent.
 */
@Injectable()
export class Metrics implements OnApplicationBootstrap {
  readonly #registry = new Registry();
  readonly #events = this.#counter('events', 'Events stored, by type.', ['type']);
  readonly #duplicates = this.#counter('duplicate_events', 'Events sent that had been stored before.', []);
  readonly #planned = this.#counter('runs', 'Runs that events have caused, by action.', ['action']);
  readonly #ended = this.#counter(
    'run_changes',
    'Runs that have come into a state, by action; pending: to be tried again.',
    ['action', 'state'],
  );
  readonly #attempts = this.#histogram('attempt_duration_seconds', 'Attempts, by action and outcome.', {
    labelNames: ['action', 'outcome'],
    buckets: seconds,
  });
  readonly #delay = this.#histogram(
    'run_start_delay_seconds',
    'From a run being stored to its first attempt.',
    { labelNames: [], buckets: seconds },
  );
  readonly #batches = this.#histogram('commit_events', 'Events stored in one transaction.', {
    labelNames: [],
    buckets: batchSizes,
  });
  readonly #age = this.#histogram(
    'event_delay_seconds',
    'From the time at which an event says to have happened to its being stored, by type.',
    { labelNames: ['type'], buckets: seconds },
  );
  #withProcess = false;

  constructor(
    private readonly stream: EventStream,
    private readonly dispatcher: Dispatcher,
    plugins: PluginRegistry,
    @Inject(HISTORY) history: HistoryPort,
  ) {
    this.#unfinished(history);
    this.#gauge('runs_active', 'Runs being acted on.', () => dispatcher.load.active);
    this.#gauge(
      'runs_in_memory',
      'Runs in memory: ready, or not yet settled.',
      () => dispatcher.load.inMemory,
    );
    this.#gauge('lanes', 'Targets with runs at work or waiting.', () => dispatcher.load.lanes);
    this.#gauge(
      'deepest_lane_runs',
      'Runs in memory of the target that has most of them.',
      () => dispatcher.load.deepestLane,
    );
    this.#gauge('outcomes_waiting', 'Outcomes that wait for the disk.', () => dispatcher.load.unsettled);
    new Gauge({
      name: 'signalbox_plugin_state',
      help: '1 for the state that a plugin is in.',
      labelNames: ['plugin', 'state'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { name, state } of plugins.plugins()) this.set({ plugin: name, state }, 1);
      },
    });
  }

  onApplicationBootstrap(): void {
    this.stream.committed.subscribe((committed) => {
      this.#afterCommit(committed);
    });
    this.dispatcher.changed.subscribe((changes) => {
      for (const change of changes) this.#afterChange(change);
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All of it, in the text format of Prometheus. */
  text(): Promise<string> {
    // Only when somebody asks.
    if (!this.#withProcess) collectDefaultMetrics(this.#registry);
    this.#withProcess = true;
    return this.#registry.metrics();
  }

  #afterCommit({ events, runs, duplicates }: Committed): void {
    if (duplicates > 0) this.#duplicates.inc(duplicates);
    if (events.length > 0) this.#batches.observe(events.length);
    for (const { type, time, receivedAt } of events) {
      this.#events.inc({ type });
      this.#age.observe({ type }, Math.max(receivedAt - time, 0) / 1_000);
    }
    for (const { action } of runs) this.#planned.inc({ action });
  }

  #afterChange({ run: { action, state, createdAt }, attempt }: RunChange): void {
    this.#ended.inc({ action, state });
    if (!attempt) return;
    const { outcome, durationMs, number, startedAt } = attempt;
    this.#attempts.observe({ action, outcome }, durationMs / 1_000);
    if (number === 1) this.#delay.observe(Math.max(startedAt - createdAt, 0) / 1_000);
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): PromClient.Counter<Label> {
    return new Counter({ name: `signalbox_${name}_total`, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    options: { readonly labelNames: Label[]; readonly buckets: number[] },
  ): PromClient.Histogram<Label> {
    return new Histogram({ name: `signalbox_${name}`, help, ...options, registers: [this.#registry] });
  }

  #unfinished(history: HistoryPort): void {
    new Gauge({
      name: 'signalbox_unfinished_runs',
      help: `Runs that have not ended, by state; ${String(mostCounted)} stands for more, too.`,
      labelNames: ['state'],
      registers: [this.#registry],
      async collect() {
        this.reset();
        // A storage that fails must not take the other metrics along.
        const unfinished = await history.unfinished().catch(() => ({}));
        for (const [state, runs] of Object.entries(unfinished)) this.set({ state }, runs);
      },
    });
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name: `signalbox_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }
}
