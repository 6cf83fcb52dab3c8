import { createHash, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/** What secrets are sealed with. */
export interface SecretKey {
  /** Made from the key itself, so that another key is never taken for this one. */
  readonly id: string;
  readonly key: KeyObject;
  /** As people write it and files have it. */
  readonly text: string;
}

const length = 32;
const forms = [
  { pattern: /^[0-9a-f]{64}$/i, encoding: 'hex' },
  { pattern: /^[A-Za-z0-9+/]{43}=$/, encoding: 'base64' },
  { pattern: /^[A-Za-z0-9_-]{43}=?$/, encoding: 'base64url' },
] as const;

export function newSecretKey(): SecretKey {
  return keyOf(randomBytes(length));
}

/** A key of 32 bytes, in Base64 or hexadecimal; undefined when it is none. */
export function parseSecretKey(text: string): SecretKey | undefined {
  const form = forms.find(({ pattern }) => pattern.test(text));
  return form && keyOf(Buffer.from(text, form.encoding));
}

function keyOf(bytes: Buffer): SecretKey {
  const id = createHash('sha256').update('signalbox secret key ').update(bytes).digest('hex').slice(0, 12);
  return { id, key: createSecretKey(bytes), text: bytes.toString('base64') };
}
