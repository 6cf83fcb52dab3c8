import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import type { CliContext } from './cli-context.ts';
import { printError, UnreachableError } from './cli-error.ts';
import { interruption } from './interruption.ts';
import { runsAnswer, type RunAnswer } from './run-answer.ts';
import { RunWatcher } from './run-watcher.ts';
import type { Channel } from './terminal.ts';

const pollMs = 500;
const reconnectMs = 2_000;

export interface FollowRunsOptions {
  readonly api: ApiClient;
  /** `failed` or `failed,held`: only these. */
  readonly state?: string;
  readonly task?: string;
  /** How many runs to show at first. */
  readonly limit: number;
  readonly print: (run: RunAnswer) => void;
  readonly context: CliContext;
}

/** Prints the latest runs, then each run as it changes its state, until Ctrl-C. */
export async function followRuns(options: FollowRunsOptions): Promise<void> {
  const signal = options.context.signal ?? interruption();
  try {
    await follow(options, signal);
  } catch (error) {
    // Ctrl-C is how it ends.
    if (!signal.aborted) throw error;
  }
}

async function follow(options: FollowRunsOptions, signal: AbortSignal): Promise<never> {
  const { api, state, task, limit, print, context } = options;
  const watcher = new RunWatcher({ api, task, signal });
  await watcher.begin();
  const query = { state, task, limit };
  const { items } = await api.request({ path: '/api/runs', query, answer: runsAnswer, signal });
  watcher.remember(items);
  items.toReversed().forEach(print);

  const states = state?.split(',');
  for (;;) {
    await delay(pollMs, undefined, { signal });
    const changes = await untilReached(() => watcher.changes(), context.terminal.err, signal);
    changes.filter((run) => states?.includes(run.state) ?? true).forEach(print);
  }
}

/** A server that restarts is waited for: whoever follows wants to see what comes after, too. */
async function untilReached<T>(ask: () => Promise<T>, err: Channel, signal: AbortSignal): Promise<T> {
  for (let lost = false; ; lost = true) {
    try {
      const answer = await ask();
      if (lost) err.line(err.paint('dim', 'Connected again.'));
      return answer;
    } catch (error) {
      if (!(error instanceof UnreachableError) || signal.aborted) throw error;
      if (!lost) {
        printError(err, error);
        err.line(err.paint('dim', 'Trying again until it answers …'));
      }
      await delay(reconnectMs, undefined, { signal });
    }
  }
}
