import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds; after 30 s it fails with what was waited for. */
export async function waitFor<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  what: () => string,
): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited 30 s for ${what()}`);
    await sleep(10);
  }
}
