import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { InboundAuth } from '../../sdk/index.ts';

/** The parts of a request that a credential can stand in. Names of headers are in lower case. */
export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Whether a request carries what the endpoint asks for. How long it takes tells nothing of how near it was. */
export function bearsCredential(auth: InboundAuth, { headers, body }: Signed): boolean {
  switch (auth.type) {
    case 'none':
      return true;
    case 'bearer':
      return same(credentials(headers, /^bearer +(\S+) *$/i), auth.token);
    case 'basic':
      return same(decoded(credentials(headers, /^basic +(\S+) *$/i)), `${auth.user}:${auth.password}`);
    case 'header':
      return same(headers[auth.header.toLowerCase()], auth.value);
    case 'hmac':
      return same(signature(auth, headers), `${auth.prefix}${expected(auth, body)}`);
  }
}

/** Names, in lower case, of the headers in which a credential may stand. */
export function credentialHeaders(auth: InboundAuth): readonly string[] {
  const own = 'header' in auth ? [auth.header.toLowerCase()] : [];
  return ['authorization', 'proxy-authorization', 'cookie', ...own];
}

type Hmac = Extract<InboundAuth, { type: 'hmac' }>;

function expected({ algorithm, secret, encoding }: Hmac, body: Uint8Array): string {
  return createHmac(algorithm, secret).update(body).digest(encoding);
}

/** Hexadecimal digits come in both cases. */
function signature({ header, encoding, prefix }: Hmac, headers: Signed['headers']): string | undefined {
  const value = headers[header.toLowerCase()]?.trim();
  if (value === undefined || encoding !== 'hex') return value;
  return value.slice(0, prefix.length) + value.slice(prefix.length).toLowerCase();
}

function credentials({ authorization }: Signed['headers'], scheme: RegExp): string | undefined {
  return authorization === undefined ? undefined : scheme.exec(authorization)?.[1];
}

function decoded(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString();
}

/** Compares digests, which are of one length whatever was sent. */
function same(given: string | undefined, wanted: string): boolean {
  const [a, b] = [given ?? '', wanted].map((text) => hash('sha256', text, 'buffer')) as [Buffer, Buffer];
  return timingSafeEqual(a, b) && given !== undefined;
}
