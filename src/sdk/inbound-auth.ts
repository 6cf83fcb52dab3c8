import { headerProblem } from './http-headers.ts';
import { secret, z } from './schema.ts';

const algorithms = ['sha1', 'sha256', 'sha512'] as const;
const encodings = ['hex', 'base64'] as const;

/** How a system signs what it sends: the HMAC of the body's bytes, in a header. */
export interface Signature {
  readonly header: string;
  readonly algorithm: (typeof algorithms)[number];
  readonly encoding: (typeof encodings)[number];
  /** What stands before the signature in the header, such as `sha256=`. */
  readonly prefix: string;
}

/** What a request to an inbound endpoint must carry. */
export type InboundAuth =
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'basic'; readonly user: string; readonly password: string }
  | { readonly type: 'header'; readonly header: string; readonly value: string }
  | ({ readonly type: 'hmac'; readonly secret: string } & Signature)
  | { readonly type: 'none' };

const plain: Signature = { header: 'X-Signature', algorithm: 'sha256', encoding: 'hex', prefix: '' };
const shortest = 16;

/**
 * Schema of the setting `auth` of an inbound endpoint, the same for all plugins. `signature` is how the system signs,
 * where it always does so in one way: then `{ type: hmac, secret: … }` is all that has to be written.
 */
export function inboundAuth(signature: Partial<Signature> = {}) {
  const usual = { ...plain, ...signature };
  return z
    .discriminatedUnion('type', [
      z
        .strictObject({ type: z.literal('bearer'), token: secret(token()) })
        .describe('Authorization: Bearer …'),
      z
        .strictObject({
          type: z.literal('basic'),
          user: z
            .string()
            .min(1)
            .refine((user) => !user.includes(':'), 'must not contain a colon'),
          password: secret(text()),
        })
        .describe('Authorization: Basic …'),
      z
        .strictObject({ type: z.literal('header'), header: headerName(), value: secret(token()) })
        .describe('A token in a header of its own.'),
      z
        .strictObject({
          type: z.literal('hmac'),
          secret: secret(text()),
          header: headerName().default(usual.header),
          algorithm: z.enum(algorithms).default(usual.algorithm),
          encoding: z.enum(encodings).default(usual.encoding),
          prefix: z.string().default(usual.prefix).describe('What stands before the signature: sha256='),
        })
        .describe('A signature over the bytes of the body.'),
      z.strictObject({ type: z.literal('none') }).describe('Whoever can reach Signalbox may send events in.'),
    ])
    .describe('What a request must carry.');
}

function text(): z.ZodString {
  return z.string().min(shortest);
}

/** What a header can carry as it is. */
function token(): z.ZodString {
  return text().refine((value) => /^[\x21-\x7e]+$/.test(value), 'must be printable ASCII without spaces');
}

function headerName(): z.ZodString {
  return z.string().refine((name) => headerProblem(name, '') === undefined, 'must be the name of a header');
}
