import type { KeptInputs, KeyUse, Resealed, SecretStorePort } from '../../src/kernel/ports.ts';

/** For specs that are not about what is sealed: nothing is. */
export class MemorySecrets implements SecretStorePort {
  #keys: readonly KeyUse[] = [];

  keys(): Promise<readonly KeyUse[]> {
    return Promise.resolve(this.#keys);
  }

  reseal({ keys }: Resealed): Promise<number> {
    if (keys) this.#keys = keys;
    return Promise.resolve(0);
  }

  inputs(): Promise<KeptInputs> {
    return Promise.resolve({ items: [], next: undefined });
  }

  emptyLog(): Promise<void> {
    return Promise.resolve();
  }

  scrub(): Promise<void> {
    return Promise.resolve();
  }
}
