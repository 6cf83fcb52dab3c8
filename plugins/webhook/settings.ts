import { destination, secret, z } from 'signalbox/sdk';
import { locationProblem } from './data-location.ts';
import { headerList, headerName, headerText } from './headers.ts';
import { isSigningSecret } from './signature.ts';

const seconds = 'seconds';
const twelveHours = 12 * 60 * 60;

export const webhookSettings = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .max(2_048, 'must be at most 2048 characters')
      .refine((url) => !hasUserInfo(url), 'must not contain user info; use auth of type basic instead')
      .describe('Where the requests go.'),
    method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
    auth: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('none') }),
        z.strictObject({
          type: z.literal('bearer'),
          token: secret(
            nonEmpty(headerText).refine(isBareToken, 'must be the token alone, without the word Bearer'),
          ),
        }),
        z.strictObject({
          type: z.literal('apikey'),
          key: secret(nonEmpty(headerText)).describe('Sent as it is, nothing put before it.'),
          header: headerName.default('Authorization'),
        }),
        z.strictObject({
          type: z.literal('basic'),
          user: z.string().refine((user) => !user.includes(':'), 'must not contain a colon'),
          password: secret(z.string()),
        }),
      ])
      .default({ type: 'none' }),
    headers: headerList.describe('Sent in this order. An empty list sends none, not even content-type.'),
    allowInsecureCertificates: destination(z.boolean())
      .default(false)
      .describe('Accept any TLS certificate. For self-signed certificates in test environments.'),
    timeout: range(3, 120, seconds).default(5).describe('Seconds for one attempt.'),
    retries: wholeRange(0, 100, 'retries').default(3).describe('Attempts after the first one.'),
    backoff: z
      .strictObject({
        first: range(0.01, twelveHours, seconds)
          .default(5)
          .describe('Longest wait before the first retry, seconds.'),
        factor: range(1, 100, 'times').default(4).describe('What each further wait is multiplied by.'),
        max: range(0.01, 24 * 60 * 60, seconds)
          .default(twelveHours)
          .describe('Longest wait of all, seconds.'),
      })
      .prefault({}),
    health: z
      .strictObject({
        holdAfter: wholeRange(0, 10_000, 'failures')
          .default(10)
          .describe('Failed attempts in a row after which its runs are held; 0: never.'),
        probeEvery: range(1, 24 * 60 * 60, seconds)
          .default(30)
          .describe('How often one of them is tried then, seconds.'),
        disableAfter: range(0, 365, 'days')
          .default(5)
          .describe('Days of nothing but failures after which the webhook is switched off; 0: never.'),
      })
      .prefault({}),
    concurrency: wholeRange(1, 256, 'requests').default(8).describe('Requests at one time.'),
    dataLocation: z
      .string()
      .superRefine((location, context) => {
        const problem = locationProblem(location);
        if (problem !== undefined) context.addIssue(problem);
      })
      .optional()
      .describe('Where in the document the payload is placed: root/result, root/items/0.'),
    payloadSecret: secret(z.string().min(1)).optional().describe('Copied into the payload as `secret`.'),
    signingSecrets: z
      .array(
        z.strictObject({
          secret: secret(z.string().refine(isSigningSecret, 'must be "whsec_" and 24 to 64 bytes in Base64')),
          validUntil: z.iso
            .datetime({ offset: true, error: 'must be a time such as 2030-01-31T12:00:00Z' })
            .optional()
            .describe('For the old secret during a rotation.'),
        }),
      )
      .max(8, 'must be at most 8 secrets')
      .refine(lastsForEver, 'must contain a secret without validUntil')
      .default([])
      .describe('Sign each request as Standard Webhooks says.'),
  })
  .superRefine(({ auth, headers }, context) => {
    const taken = auth.type === 'none' ? undefined : auth.type === 'apikey' ? auth.header : 'Authorization';
    const twice = headers.findIndex(({ name }) => name.toLowerCase() === taken?.toLowerCase());
    if (twice < 0) return;
    const path = ['headers', twice, 'name'];
    context.addIssue({ code: 'custom', path, message: `"${String(taken)}" is already set by auth` });
  });

/** As parsed, defaults filled in. */
export type WebhookSettings = z.output<typeof webhookSettings>;

function range(min: number, max: number, unit: string): z.ZodNumber {
  const error = (issue: { readonly input?: unknown }): string =>
    outOfRange({ min, max, unit, got: issue.input });
  return z.number({ error }).min(min, { error }).max(max, { error });
}

function wholeRange(min: number, max: number, unit: string): z.ZodNumber {
  const error = (issue: { readonly input?: unknown }): string =>
    outOfRange({ min, max, unit, got: issue.input });
  return range(min, max, unit).int({ error });
}

function outOfRange({
  min,
  max,
  unit,
  got,
}: {
  min: number;
  max: number;
  unit: string;
  got: unknown;
}): string {
  return `must be ${min} to ${max} ${unit}, got ${typeof got === 'number' ? got : JSON.stringify(got)}`;
}

function nonEmpty(schema: z.ZodString): z.ZodString {
  return schema.min(1, 'must not be empty');
}

function hasUserInfo(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.username !== '' || url.password !== '');
}

function isBareToken(token: string): boolean {
  return !/^bearer\s/i.test(token);
}

/** Otherwise requests would one day go out without a signature. */
function lastsForEver(secrets: readonly { readonly validUntil?: string | undefined }[]): boolean {
  return secrets.length === 0 || secrets.some(({ validUntil }) => validUntil === undefined);
}
