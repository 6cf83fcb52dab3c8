import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { SecretBox } from './secret-box.ts';
import type { SecretKeySource } from './secret-key-source.ts';
import { newSecretKey, type SecretKey } from './secret-key.ts';

export const SECRET_KEY_SOURCE = Symbol('SecretKeySource');

/** The keys that this process works with. Closed until the database has said which it needs. */
@Injectable()
export class Keyring {
  #keys: readonly [SecretKey, ...SecretKey[]] | undefined;
  /** Needed no more; what was read before they were is opened with them all the same. */
  #retired: readonly SecretKey[] = [];
  #box: SecretBox | undefined;

  constructor(@Inject(SECRET_KEY_SOURCE) readonly source: SecretKeySource) {}

  get box(): SecretBox {
    if (!this.#box) throw new Error('the keys are used before they were looked at');
    return this.#box;
  }

  /** The first one is sealed with. */
  get keys(): readonly SecretKey[] {
    return this.#keys ?? [];
  }

  /**
   * Looks whether the keys are those of the database, given the ids of the keys that something in it may be sealed with. Throws
   * SECRET_KEY_MISSING and SECRET_KEY_WRONG.
   */
  check(needed: readonly string[]): void {
    const { lost, where } = this.source;
    const keys = [...this.source.keys, ...this.source.older];
    const absent = needed.filter((id) => !lost.includes(id) && !keys.some((key) => key.id === id));
    if (absent.length > 0) throw noKey({ absent, there: keys.map(({ id }) => id), where });
  }

  /** Checks the keys, and makes one if there is none to seal with. */
  async unlock(needed: readonly string[]): Promise<void> {
    this.check(needed);
    const { keys, older } = this.source;
    const [first = await this.#make(older), ...rest] = keys;
    this.use([first, ...rest, ...older]);
  }

  /** From now on. */
  use(keys: readonly [SecretKey, ...SecretKey[]]): void {
    this.#keys = keys;
    this.#box = new SecretBox([...keys, ...this.#retired]);
  }

  /** Nothing in the database is sealed with any but the first key any more. */
  retire(): void {
    const [first, ...others] = this.#keys ?? [];
    if (!first) return;
    this.#retired = [...others, ...this.#retired];
    this.use([first]);
  }

  /** The older ones stay beside it until they are needed no more. */
  async #make(older: readonly SecretKey[]): Promise<SecretKey> {
    const key = newSecretKey();
    await this.source.store?.([key, ...older]);
    return key;
  }
}

function noKey({
  absent,
  there,
  where,
}: {
  readonly absent: readonly string[];
  readonly there: readonly string[];
  readonly where: string;
}): SignalboxError {
  const ids = absent.join(', ');
  const way = `Put it back from your backup. If it is lost, start once with SIGNALBOX_SECRET_KEY_LOST=${absent.join(',')}: the secrets have to be given again then (docs/secrets.md)`;
  if (there.length === 0) {
    return new SignalboxError(
      'SECRET_KEY_MISSING',
      `the secrets in the database are sealed with the key ${ids}, and ${where} has no key. ${way}`,
    );
  }
  return new SignalboxError(
    'SECRET_KEY_WRONG',
    `the secrets in the database are sealed with the key ${ids}, and ${where} has ${there.join(', ')}. ${way}`,
  );
}
