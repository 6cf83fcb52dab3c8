import { hash, randomBytes } from 'node:crypto';

/** Which kind of secret it is stands before it, for people and for programs that look for leaked ones. */
type Prefix = 'sbx' | 'sbsession' | 'sbsetup';

/** 256 random bits: nobody guesses them, so a fast hash is enough to keep them by. */
export function newSecret(prefix: Prefix): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a secret: SHA-256, hex. */
export function digest(secret: string): string {
  return hash('sha256', secret, 'hex');
}
