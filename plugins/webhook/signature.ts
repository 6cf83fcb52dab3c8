import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** As Standard Webhooks writes it: `whsec_` and 24 to 64 bytes in Base64. */
export function isSigningSecret(text: string): boolean {
  const encoded = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text)?.[1];
  if (encoded === undefined) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64;
}

export interface SigningSecret {
  readonly secret: string;
  /** RFC 3339; for ever when absent. */
  readonly validUntil?: string | undefined;
}

/** What is signed. */
export interface SignedMessage {
  readonly id: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly body: string;
}

/** Value of `webhook-signature`: one `v1,<base64>` for each secret that is valid at the time of the message. */
export type Sign = (message: SignedMessage) => string;

export function createSigner(secrets: readonly SigningSecret[]): Sign {
  const keys = secrets.map(({ secret, validUntil }) => ({
    key: createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64')),
    endsAt: validUntil === undefined ? Infinity : Date.parse(validUntil) / 1_000,
  }));
  return (message) =>
    keys
      .filter(({ endsAt }) => message.timestamp <= endsAt)
      .map(({ key }) => `v1,${hmac(key, message)}`)
      .join(' ');
}

function hmac(key: KeyObject, { id, timestamp, body }: SignedMessage): string {
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
}
