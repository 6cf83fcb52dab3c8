import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { JsonValue } from '../../sdk/index.ts';
import type { SecretKey } from './secret-key.ts';

/** Whose secrets they are: `object`, its type, its key. A sealed text opens for this very record only. */
export type Identity = readonly string[];

const algorithm = 'aes-256-gcm';
const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/** `v1.<id of the key>.<nonce, ciphertext and tag>` */
const envelope = /^v1\.([0-9a-f]{12})\.([A-Za-z0-9_-]+)$/;

/** Seals values with AES-256-GCM and opens them again. The keys can be replaced at any time. */
export class SecretBox {
  #keys: readonly [SecretKey, ...SecretKey[]];

  constructor(keys: readonly [SecretKey, ...SecretKey[]]) {
    this.#keys = keys;
  }

  /** Id of the key that is sealed with. */
  get keyId(): string {
    return this.#keys[0].id;
  }

  seal(identity: Identity, value: JsonValue): string {
    const [{ id, key }] = this.#keys;
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(additionalData(id, identity));
    const text = Buffer.concat([nonce, cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return `${version}.${id}.${Buffer.concat([text, cipher.getAuthTag()]).toString('base64url')}`;
  }

  /** Undefined when its key is not there, when it was changed, and when it was sealed for another record. */
  open(identity: Identity, sealed: string): JsonValue | undefined {
    const [, id, text] = envelope.exec(sealed) ?? [];
    const found = this.#keys.find((key) => key.id === id);
    if (!found || text === undefined) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length < nonceBytes + tagBytes) return undefined;
    try {
      const nonce = bytes.subarray(0, nonceBytes);
      const decipher = createDecipheriv(algorithm, found.key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(additionalData(found.id, identity));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      const opened = Buffer.concat([
        decipher.update(bytes.subarray(nonceBytes, -tagBytes)),
        decipher.final(),
      ]);
      return JSON.parse(opened.toString('utf8')) as JsonValue;
    } catch {
      return undefined;
    }
  }
}

/** Id of the key that a text was sealed with. */
export function keyIdOf(sealed: string): string | undefined {
  return envelope.exec(sealed)?.[1];
}

function additionalData(keyId: string, identity: Identity): Buffer {
  return Buffer.from(JSON.stringify(['signalbox', version, keyId, ...identity]));
}
