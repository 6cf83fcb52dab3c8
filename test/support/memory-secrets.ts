import type { KeyUse, Resealed, SecretStorePort } from '../../src/kernel/ports.ts';

/** For specs that are not about what is sealed: nothing is. */
export class MemorySecrets implements SecretStorePort {
  #keys: readonly KeyUse[] = [];

  keys(): Promise<readonly KeyUse[]> {
    return Promise.resolve(this.#keys);
  }

  reseal({ keys }: Resealed): Promise<void> {
    if (keys) this.#keys = keys;
    return Promise.resolve();
  }

  inputs(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  scrub(): Promise<void> {
    return Promise.resolve();
  }
}
