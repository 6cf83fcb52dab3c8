import { once } from 'node:events';

/** Resolves to the name of the first signal to stop; a second one ends the process at once. */
export async function stopSignal(): Promise<string> {
  const asked = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const signal = await Promise.race(
    signals.map((name) => once(process, name, { signal: asked.signal }).then(() => name)),
  );
  asked.abort();
  for (const name of signals) process.once(name, () => process.exit(130));
  return signal;
}
