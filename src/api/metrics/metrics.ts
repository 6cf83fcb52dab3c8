import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Dispatcher } from '../../kernel/dispatch/dispatcher.ts';
import type { RunChange } from '../../kernel/dispatch/incidents.ts';
import { PluginRegistry } from '../../kernel/plugins/plugin-registry.ts';
import { HISTORY, type HistoryPort } from '../../kernel/ports.ts';
import { EventStream, type Committed } from '../../kernel/stream/event-stream.ts';
import { MetricSet } from './metric-set.ts';

/** Counts what happens, for Prometheus. */
@Injectable()
export class Metrics implements OnApplicationBootstrap {
  readonly #set: MetricSet;

  constructor(
    private readonly stream: EventStream,
    private readonly dispatcher: Dispatcher,
    plugins: PluginRegistry,
    @Inject(HISTORY) history: HistoryPort,
  ) {
    this.#set = new MetricSet({
      load: () => dispatcher.load,
      plugins: () => plugins.plugins(),
      unfinished: () => history.unfinished(),
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
    return this.#set.contentType;
  }

  text(): Promise<string> {
    return this.#set.text();
  }

  #afterCommit({ events, runs, duplicates }: Committed): void {
    const set = this.#set;
    if (duplicates > 0) set.duplicates.inc(duplicates);
    if (events.length > 0) set.batches.observe(events.length);
    for (const { type, time, receivedAt } of events) {
      set.events.inc({ type });
      set.eventDelay.observe({ type }, Math.max(receivedAt - time, 0) / 1_000);
    }
    for (const { action } of runs) set.planned.inc({ action });
  }

  #afterChange({ run: { action, state, createdAt }, attempt }: RunChange): void {
    this.#set.changes.inc({ action, state });
    if (!attempt) return;
    const { outcome, durationMs, number, startedAt } = attempt;
    this.#set.attempts.observe({ action, outcome }, durationMs / 1_000);
    if (number === 1) this.#set.startDelay.observe(Math.max(startedAt - createdAt, 0) / 1_000);
  }
}
