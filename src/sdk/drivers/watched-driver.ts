import { EMPTY, concatMap, debounceTime, defer, merge, retry, timer, type Observable } from 'rxjs';
import { withTimeLimit } from '../time-limit.ts';
import { asObjects, cleaned, machineAt } from './machine-names.ts';
import type { MachinesContext } from './machines-plugin.ts';
import type { MachineReport, PowerDriver } from './power-driver.ts';

/** A list of machines has to be there by then, ms. */
const discoveryMs = 60_000;
/** Connections are often changed several at a time, ms. */
const changesSettle = 200;
/** Before a driver that has failed to watch is subscribed to again, ms. */
const firstRetry = 1_000;
const longestRetry = 300_000;

/** One driver, as long as it is offered: what it finds and what it sees become objects and events of a type. */
export class WatchedDriver {
  readonly #name: string;
  readonly #driver: PowerDriver;
  readonly #context: MachinesContext;
  #discovering: Promise<void> | undefined;

  constructor(name: string, driver: PowerDriver, context: MachinesContext) {
    this.#name = name;
    this.#driver = driver;
    this.#context = context;
  }

  /** Never ends, never fails. */
  run(): Observable<unknown> {
    return merge(this.#discoveries(), this.#reports());
  }

  #discoveries(): Observable<unknown> {
    const { changes = EMPTY } = this.#driver;
    if (!this.#driver.discover) return EMPTY;
    const times = timer(0, this.#context.discoverEveryMs);
    return merge(times, changes.pipe(debounceTime(changesSettle))).pipe(concatMap(() => this.#discover()));
  }

  #reports(): Observable<unknown> {
    const { logger } = this.#context;
    return defer(() => this.#driver.watch?.((report) => this.#report(report)) ?? EMPTY).pipe(
      retry({
        resetOnSuccess: true,
        delay: (error: unknown, count) => {
          const retryInMs = Math.min(firstRetry * 2 ** (count - 1), longestRetry);
          logger.warn({ err: error, driver: this.#name, retryInMs }, 'a driver cannot watch its machines');
          return timer(retryInMs);
        },
      }),
    );
  }

  /** Never rejects. Whoever asks while it is being done gets the same. */
  #discover(): Promise<void> {
    this.#discovering ??= this.#discoverOnce().finally(() => {
      this.#discovering = undefined;
    });
    return this.#discovering;
  }

  async #discoverOnce(): Promise<void> {
    const { type, logger, objects, discovered } = this.#context;
    const abort = new AbortController();
    try {
      const message = `no list of machines within ${String(discoveryMs / 1_000)} s`;
      const asked = this.#driver.discover?.(abort.signal) ?? Promise.resolve([]);
      const found = await withTimeLimit(asked, { ms: discoveryMs, message });
      const own = found.filter((machine) => machine.type === type);
      if (own.length > 0) await discovered(asObjects(objects(), this.#name, own));
    } catch (error) {
      logger.warn({ err: error, driver: this.#name }, 'machines could not be discovered');
    } finally {
      abort.abort();
    }
  }

  async #report(report: MachineReport): Promise<void> {
    const { type, logger } = this.#context;
    if (report.type !== type) return;
    const object = await this.#objectOf(report);
    try {
      await this.#tell(object, report);
    } catch (error) {
      // One that is not accepted must not end the watch; whoever reports may want to know.
      const fields = { err: error, driver: this.#name, event: report.event, object };
      logger.warn(fields, 'a report of a driver was refused');
      throw error;
    }
  }

  async #tell(object: string, report: MachineReport): Promise<void> {
    const { emit, discovered, causeOf } = this.#context;
    const { event, name, data, time, eventId, connection, state } = report;
    const causedBy = causeOf(object);
    await emit(event, {
      object,
      data: { ...data, ...(name !== undefined && { name: cleaned(name) }) },
      ...(time && { time }),
      ...(eventId !== undefined && { id: `${this.#name}/${connection}/${eventId}` }),
      ...(causedBy && { causedBy }),
    });
    if (state !== undefined && state !== 'unknown')
      await discovered([{ key: object, state: { power: state } }]);
  }

  /** A machine that is not known yet is looked for first, so that it comes to be with its driver in its settings. */
  async #objectOf(report: MachineReport): Promise<string> {
    const find = (): string | undefined => machineAt(this.#context.objects(), this.#name, report)?.key;
    const known = find();
    if (known !== undefined) return known;
    if (report.event !== 'deleted') await this.#discover();
    return find() ?? (cleaned(report.name ?? report.id) || report.id);
  }
}
