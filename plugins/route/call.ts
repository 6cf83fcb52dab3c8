import { normalUrl } from './normal-url.ts';
import { redactHeaders, redactUrl, z, type JsonValue } from 'signalbox/sdk';

/* What is told of a call, by the gateway and by others alike. */

export const maxUrlLength = 8_192;

/** Of a body, as text; the gateway reads no more either. */
const maxBodyLength = 64 * 1_024;

// It was JSON already; to check that again would cost more than all the rest.
const body: z.ZodType<JsonValue> = z.any();

const headers = z
  .record(z.string(), z.string())
  .overwrite(redactHeaders)
  .describe('Names in lower case; repeated ones joined by ", ". Credentials are left out.');

const request = z
  .looseObject({
    tag: z.string().optional().describe('Tag of the route.'),
    method: z
      .string()
      .regex(/^[\w-]{1,32}$/, 'must be an HTTP method')
      .toUpperCase()
      .describe('Kept in upper case.'),
    url: z
      .string()
      .min(1, 'must not be empty')
      .max(maxUrlLength, `must be at most ${maxUrlLength} characters`)
      .overwrite((url) => normalUrl(withoutOrigin(url)))
      .describe('Path and query. Of a whole URL only these are kept.'),
    headers: headers.optional(),
    body: body
      .optional()
      .describe('JSON where it was JSON, otherwise text; at most 64 KiB from the gateway.'),
    truncated: z.boolean().optional().describe('The body was longer.'),
  })
  .overwrite((request) => withoutSecrets(bounded(request)));

const response = z
  .looseObject({
    status: z
      .int('must be an HTTP status')
      .min(100, 'must be an HTTP status')
      .max(599, 'must be an HTTP status'),
    headers: headers.optional(),
    body: body.optional(),
    truncated: z.boolean().optional().describe('The body was longer.'),
  })
  .overwrite(bounded);

const call = z.looseObject({
  request,
  response: response.optional(),
  durationMs: z.number().min(0).optional(),
  error: z.string().optional().describe('What went wrong.'),
  route: z
    .object({ id: z.string(), label: z.string(), tag: z.string().optional() })
    .optional()
    .describe('The route that the call belongs to; filled in by Signalbox.'),
});

/** A call that was answered with success. */
export const completedCall = call
  .extend({
    response: response.refine(({ status }) => isSuccess(status), {
      path: ['status'],
      error: ({ input }) => `must be 200 to 399, got ${statusOf(input)}: report this call as route.failed`,
    }),
  })
  .describe('A call that was answered with success: status 200 to 399.');

/** A call that was not. */
export const failedCall = call
  .superRefine(({ response, error }, context) => {
    if (error !== undefined || (response && !isSuccess(response.status))) return;
    context.addIssue({
      code: 'custom',
      path: response ? ['response', 'status'] : ['error'],
      message: response
        ? `must not be 200 to 399 unless error says what went wrong: report this call as route.completed`
        : 'must say what went wrong, since there is no response',
    });
  })
  .describe('A call that was answered with an error, or not at all.');

export type CompletedCall = z.input<typeof completedCall>;
export type FailedCall = z.input<typeof failedCall>;

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 400;
}

function statusOf(response: unknown): string {
  return typeof response === 'object' && response && 'status' in response ? String(response.status) : 'none';
}

/** URLs as they were, of requests that are kept without the secrets in them. */
const wholeUrls = new WeakMap<object, string>();

/** The URL that decides on the routes: theirs may be about what is not kept. */
export function wholeUrlOf(request: { readonly url: string }): string {
  return wholeUrls.get(request) ?? request.url;
}

function withoutSecrets<Request extends { readonly url: string }>(request: Request): Request {
  const url = redactUrl(request.url);
  if (url === request.url) return request;
  const kept = { ...request, url };
  wholeUrls.set(kept, request.url);
  return kept;
}

/** What is reported is kept as the gateway keeps it: no more of a body than it reads. */
function bounded<Message extends { readonly body?: JsonValue | undefined }>(message: Message): Message {
  const { body } = message;
  if (body === undefined) return message;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (text.length <= maxBodyLength) return message;
  return { ...message, body: text.slice(0, maxBodyLength), truncated: true };
}

/** `https://api.example.com/users?page=2` → `/users?page=2` */
function withoutOrigin(url: string): string {
  const rest = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}
