import type { ApiClient } from './api-client.ts';
import { CliError } from './cli-error.ts';
import { runAnswer, runsAnswer, type RunAnswer } from './run-answer.ts';

const pagesAtOnce = 20;
const lookUpsAtOnce = 50;
const remembered = 10_000;

interface Seen {
  /** What a change changes. */
  readonly stamp: string;
  /** It will change again by itself. */
  readonly active: boolean;
}

interface RunWatcherOptions {
  readonly api: ApiClient;
  /** Id of a task, for its runs only. */
  readonly task?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Finds the runs that are new or in another state than before, by asking again and again. */
export class RunWatcher {
  readonly #options: RunWatcherOptions;
  readonly #seen = new Map<string, Seen>();
  #begin = '';

  constructor(options: RunWatcherOptions) {
    this.#options = options;
  }

  /** Takes the runs as they are now for known. What had ended before is told only if it starts again. */
  async begin(): Promise<void> {
    const [newest, active] = await Promise.all([this.#page({ limit: 100 }), this.#active()]);
    this.#begin = newest.items.at(-1)?.createdAt ?? '';
    this.remember([...active, ...newest.items]);
  }

  remember(runs: readonly RunAnswer[]): void {
    for (const run of runs) {
      // Put last, so that what is forgotten first is what has been quiet longest.
      this.#seen.delete(run.id);
      this.#seen.set(run.id, {
        stamp: stampOf(run),
        active: run.state === 'pending' || run.state === 'running',
      });
    }
    for (const id of this.#seen.keys()) {
      if (this.#seen.size <= remembered) break;
      this.#seen.delete(id);
    }
  }

  /** The runs that changed since the last call, in the order in which they were made. */
  async changes(): Promise<readonly RunAnswer[]> {
    const [recent, active] = await Promise.all([this.#recent(), this.#active()]);
    const current = new Map([...active, ...recent].map((run) => [run.id, run]));
    for (const run of await this.#ended(current)) current.set(run.id, run);
    const changed = [...current.values()].filter((run) => this.#isChanged(run));
    this.remember(changed);
    return changed.toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  }

  #isChanged(run: RunAnswer): boolean {
    const seen = this.#seen.get(run.id);
    return seen ? seen.stamp !== stampOf(run) : run.createdAt >= this.#begin;
  }

  /** The newest runs, back to one that is known. */
  async #recent(): Promise<readonly RunAnswer[]> {
    const runs: RunAnswer[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < pagesAtOnce; page++) {
      const { items, next } = await this.#page({ limit: 100, cursor });
      runs.push(...items);
      if (next === undefined || items.some(({ id }) => this.#seen.has(id))) break;
      cursor = next;
    }
    return runs;
  }

  async #active(): Promise<readonly RunAnswer[]> {
    return (await this.#page({ limit: 500, state: 'pending,running' })).items;
  }

  /** Runs that were active and are neither that any more nor among the newest: long-awaited retries. */
  async #ended(current: ReadonlyMap<string, RunAnswer>): Promise<readonly RunAnswer[]> {
    const gone = [...this.#seen].filter(([id, { active }]) => active && !current.has(id)).map(([id]) => id);
    const runs = await Promise.all(gone.slice(0, lookUpsAtOnce).map((id) => this.#run(id)));
    return runs.filter((run) => run !== undefined);
  }

  async #run(id: string): Promise<RunAnswer | undefined> {
    const { api, signal } = this.#options;
    try {
      return await api.request({ path: `/api/runs/${encodeURIComponent(id)}`, answer: runAnswer, signal });
    } catch (error) {
      if (!(error instanceof CliError && error.code === 'NOT_FOUND')) throw error;
      this.#seen.delete(id);
      return undefined;
    }
  }

  #page(query: { limit: number; cursor?: string | undefined; state?: string }) {
    const { api, task, signal } = this.#options;
    return api.request({ path: '/api/runs', query: { ...query, task }, answer: runsAnswer, signal });
  }
}

function stampOf({ state, attempts, reason = '' }: RunAnswer): string {
  return `${state} ${attempts} ${reason}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
