import type { SecretKey } from './secret-key.ts';

/** Where the keys come from; the edge that knows files and the environment provides it. */
export interface SecretKeySource {
  /** For people: `the file /var/lib/signalbox/secret.key`, `SIGNALBOX_SECRET_KEY`. */
  readonly where: string;
  /** Secrets are sealed with the first one; the others open what was sealed earlier. None when there is none yet. */
  readonly keys: readonly SecretKey[];
  /** Others that open what was sealed earlier; nothing is ever sealed with them. */
  readonly older: readonly SecretKey[];
  /** Keys that people have given up: what was sealed with them is lost. */
  readonly lost: readonly string[];
  /**
   * Makes these the keys, all of them or none, on the disk when it resolves; those that are no longer among them are put aside for
   * people. Absent where people look after the keys.
   */
  readonly store?: ((keys: readonly SecretKey[]) => Promise<void>) | undefined;
}

/** For specs, and for whoever keeps nothing. */
export function keysInMemory(keys: readonly SecretKey[] = []): SecretKeySource {
  let current = keys;
  return {
    where: 'memory',
    get keys() {
      return current;
    },
    older: [],
    lost: [],
    store: (next) => {
      current = next;
      return Promise.resolve();
    },
  };
}
