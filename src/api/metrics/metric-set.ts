import type * as PromClient from 'prom-client';
import type { DispatchLoad } from '../../kernel/dispatch/dispatcher.ts';
import type { PluginStatus } from '../../kernel/plugins/plugin-registry.ts';
import { mostCounted, type UnfinishedRuns } from '../../kernel/ports.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from './prom-client.ts';

/** What gauges ask when somebody looks. */
export interface MetricSources {
  readonly load: () => DispatchLoad;
  readonly plugins: () => readonly PluginStatus[];
  readonly unfinished: () => Promise<UnfinishedRuns>;
}

export interface MetricDescription {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** From 5 ms to the two minutes that an action may take, in seconds. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const batchSizes = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/**
 * All metrics of Signalbox itself. Labels are names that plugins declare, never those of objects: their number does not grow
 * with what is sent.
 */
export class MetricSet {
  readonly #registry = new Registry();
  readonly events = this.#counter('events', 'Events stored, by type.', ['type']);
  readonly duplicates = this.#counter(
    'duplicate_events',
    'Events sent whose source and id had been stored before.',
    [],
  );
  readonly eventDelay = this.#histogram(
    'event_delay_seconds',
    'From the time at which an event says to have happened to its being stored, by type; of schedule.due: how far the scheduler lags.',
    { labelNames: ['type'], buckets: seconds },
  );
  readonly batches = this.#histogram('commit_events', 'Events stored in one transaction.', {
    labelNames: [],
    buckets: batchSizes,
  });
  readonly planned = this.#counter('runs', 'Runs that events have caused, by action.', ['action']);
  readonly changes = this.#counter(
    'run_changes',
    'Runs that have come into a state, by action; pending: to be tried again.',
    ['action', 'state'],
  );
  readonly attempts = this.#histogram('attempt_duration_seconds', 'Attempts, by action and outcome.', {
    labelNames: ['action', 'outcome'],
    buckets: seconds,
  });
  readonly startDelay = this.#histogram(
    'run_start_delay_seconds',
    'From a run being stored to its first attempt: how far dispatching lags.',
    { labelNames: [], buckets: seconds },
  );
  #withProcess = false;

  constructor({ load, plugins, unfinished }: MetricSources) {
    this.#unfinished(unfinished);
    this.#gauge('runs_active', 'Runs being acted on.', () => load().active);
    this.#gauge('runs_in_memory', 'Runs in memory: ready, or not yet settled.', () => load().inMemory);
    this.#gauge('lanes', 'Targets with runs at work or waiting.', () => load().lanes);
    this.#gauge(
      'deepest_lane_runs',
      'Runs in memory of the target that has most of them.',
      () => load().deepestLane,
    );
    this.#gauge('outcomes_waiting', 'Outcomes that wait for the disk.', () => load().unsettled);
    this.#pluginStates(plugins);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All of it, in the text format of Prometheus, with the metrics of the process. */
  text(): Promise<string> {
    // Only when somebody asks.
    if (!this.#withProcess) collectDefaultMetrics(this.#registry);
    this.#withProcess = true;
    return this.#registry.metrics();
  }

  /** What there is, for the reference. */
  describe(): readonly MetricDescription[] {
    return this.#registry.getMetricsAsArray().map((metric) => {
      // What each metric carries of its declaration; the published types leave it out.
      const { name, help, labelNames, constructor } = metric as unknown as Declared;
      return { name, kind: constructor.name.toLowerCase(), labels: labelNames, help };
    });
  }

  #unfinished(unfinished: MetricSources['unfinished']): void {
    new Gauge({
      name: 'signalbox_unfinished_runs',
      help: `Runs on disk that are pending, running or held; ${mostCounted.toLocaleString('en')} stands for more, too.`,
      labelNames: ['state'],
      registers: [this.#registry],
      async collect() {
        this.reset();
        // A storage that fails must not take the other metrics along.
        const counts = await unfinished().catch(() => ({}));
        for (const [state, runs] of Object.entries(counts)) this.set({ state }, runs);
      },
    });
  }

  #pluginStates(plugins: MetricSources['plugins']): void {
    new Gauge({
      name: 'signalbox_plugin_state',
      help: '1 for the state that a plugin is in.',
      labelNames: ['plugin', 'state'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { name, state } of plugins()) this.set({ plugin: name, state }, 1);
      },
    });
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

interface Declared {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}
