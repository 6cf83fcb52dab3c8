import { once } from 'node:events';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** A signal so soon after the first is the same one, sent to the whole process group and passed on besides, ms. */
const sameSignal = 1_000;

/** Resolves to the name of the first signal to stop; a later one ends the process at once. */
export async function stopSignal(): Promise<string> {
  const asked = new AbortController();
  const signal = await Promise.race(
    signals.map((name) => once(process, name, { signal: asked.signal }).then(() => name)),
  );
  const stoppedAt = Date.now();
  for (const name of signals) {
    process.on(name, () => {
      if (Date.now() - stoppedAt > sameSignal) process.exit(130);
    });
  }
  asked.abort();
  return signal;
}
