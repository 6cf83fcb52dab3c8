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
   * Looks whether the keys are those of the database, given the ids of the keys that something in it may be sealed with. For a
   * database without any a key is made if there is none. Throws SECRET_KEY_MISSING and SECRET_KEY_WRONG; then nothing was changed.
   */
  async unlock(needed: readonly string[]): Promise<void> {
    const { keys, lost, where } = this.source;
    const absent = needed.filter((id) => !lost.includes(id) && !keys.some((key) => key.id === id));
    if (absent.length > 0) throw noKey({ absent, there: keys.map(({ id }) => id), where });
    const [first = await this.#make(), ...rest] = keys;
    this.use([first, ...rest]);
  }

  /** From now on. */
  use(keys: readonly [SecretKey, ...SecretKey[]]): void {
    this.#keys = keys;
    this.#box = new SecretBox(keys);
  }

  async #make(): Promise<SecretKey> {
    const key = newSecretKey();
    await this.source.store?.([key]);
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
