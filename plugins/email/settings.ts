import { isIP } from 'node:net';
import type { ActionPolicy } from 'signalbox/sdk';
import { destination, endpoint, secret, z } from 'signalbox/sdk';
import { mailbox, normalAddress } from './mailbox.ts';

const seconds = 'seconds';
const oneDay = 24 * 60 * 60;

const tlsModes = ['none', 'starttls', 'starttls-if-offered', 'tls'] as const;

const sender = z.strictObject({
  name: z.string().max(200).refine(isOneLine, 'must not contain line breaks').default('Signalbox'),
  address: z
    .string()
    .refine((address) => normalAddress(address) !== undefined, 'must be an address such as ops@example.com'),
});

export const emailSettings = endpoint(
  z
    .strictObject({
      host: z
        .string()
        .refine(isHost, 'must be a host name such as mail.example.com, or an IP address')
        .describe('The SMTP server.'),
      port: wholeRange(1, 65_535, 'as a port').default(587).describe('587 or 25; 465 with tls: tls.'),
      tls: destination(z.enum(tlsModes))
        .default('starttls')
        .describe('starttls: TLS or nothing is sent. tls: from the first byte on, usually on port 465.'),
      user: credential(z.string())
        .optional()
        .describe('To log in with. Without it, mails are sent without login.'),
      password: secret(credential(z.string())).optional(),
      from: z
        .union([sender, mailbox])
        .describe('Whom the mails are from: name and address, or Signalbox <signalbox@example.com>.'),
      allowInsecureCertificates: destination(z.boolean())
        .default(false)
        .describe('Accept any TLS certificate. For self-signed certificates in test environments.'),
      timeout: range(3, 120, seconds).default(30).describe('Seconds for one attempt.'),
      retries: wholeRange(0, 100, 'retries').default(5).describe('Attempts after the first one.'),
      backoff: z
        .strictObject({
          first: range(0.01, oneDay / 2, seconds)
            .default(30)
            .describe('Longest wait before the first retry, seconds.'),
          factor: range(1, 100, 'times').default(4).describe('What each further wait is multiplied by.'),
          max: range(0.01, oneDay, seconds)
            .default(oneDay / 2)
            .describe('Longest wait of all, seconds.'),
        })
        .prefault({}),
      concurrency: wholeRange(1, 64, 'connections')
        .default(3)
        .describe('Connections to the server at one time.'),
    })
    .superRefine(({ user, password }, context) => {
      if ((user === undefined) === (password === undefined)) return;
      const [path, other] = user === undefined ? ['user', 'password'] : ['password', 'user'];
      context.addIssue({ code: 'custom', path: [path], message: `must be given with ${other}` });
    }),
);

/** As parsed, defaults filled in. */
export type EmailSettings = z.output<typeof emailSettings>;

/** Time that an attempt may take beyond its own, clearer error. */
const spareMs = 2_000;

export function sendPolicy({ timeout, retries, backoff, concurrency }: EmailSettings): Partial<ActionPolicy> {
  return {
    timeoutMs: timeout * 1_000 + spareMs,
    retries,
    backoffMs: backoff.first * 1_000,
    backoffFactor: backoff.factor,
    maxBackoffMs: backoff.max * 1_000,
    concurrency,
  };
}

function isHost(text: string): boolean {
  return (
    isIP(text) > 0 ||
    (text.length <= 253 &&
      /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i.test(text))
  );
}

function isOneLine(text: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

function credential(schema: z.ZodString): z.ZodString {
  return schema.min(1, 'must not be empty').max(1_024).refine(isOneLine, 'must not contain line breaks');
}

function range(min: number, max: number, unit: string): z.ZodNumber {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `must be ${min} to ${max} ${unit}, got ${JSON.stringify(input)}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

function wholeRange(min: number, max: number, unit: string): z.ZodNumber {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `must be a whole number from ${min} to ${max} (${unit}), got ${JSON.stringify(input)}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}
