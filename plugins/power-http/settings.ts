import { destination, headerProblem, type JsonValue, placeholderProblem, secret, z } from 'signalbox/sdk';

const headerText = z
  .string()
  .min(1)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'has characters that a header cannot carry');

const template = z.string().superRefine((text, context) => {
  const message = placeholderProblem(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const request = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
    path: template
      .refine((path) => path.startsWith('/'), 'must begin with a slash')
      .describe('Follows the url. What ${id}, ${key}, ${name}, ${type} and ${action} insert is escaped.'),
    body: z.json().optional().describe('Sent as JSON; the same placeholders in its texts.'),
    form: z.record(z.string(), template).optional().describe('Sent as a form instead of a body.'),
    alsoFine: z
      .array(z.int().min(300).max(499))
      .default([])
      .describe('Statuses that mean success besides 2xx, such as 409 for "already so".'),
  })
  .superRefine(({ body, form }, context) => {
    const message = body === undefined ? undefined : textsOf(body).map(placeholderProblem).find(Boolean);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['body'], message });
    if (body !== undefined && form !== undefined)
      context.addIssue({ code: 'custom', path: ['form'], message: 'cannot stand beside a body' });
  });

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const values = z.union([scalar, z.array(scalar)]).describe('The value that means it, or several.');

export const httpSettings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .refine(isBase, 'must have no user info, no query and no fragment')
    .describe('What all paths begin with, such as https://idp.example.com/api/v1.'),
  auth: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('none') }),
      z.strictObject({ type: z.literal('bearer'), token: secret(headerText) }),
      z.strictObject({ type: z.literal('basic'), user: z.string(), password: secret(z.string()) }),
      z.strictObject({
        type: z.literal('header'),
        name: z.string().superRefine((name, context) => {
          const problem = headerProblem(name, '');
          if (problem !== undefined) context.addIssue({ code: 'custom', message: `"${name}" ${problem}` });
        }),
        value: secret(headerText),
      }),
    ])
    .default({ type: 'none' }),
  power_on: request.optional(),
  power_off: request.optional(),
  kill: request.optional(),
  reset: request.optional(),
  enable: request.optional(),
  disable: request.optional(),
  state: z
    .strictObject({
      path: template.refine((path) => path.startsWith('/'), 'must begin with a slash'),
      at: z
        .string()
        .min(1)
        .optional()
        .describe('Where in the JSON of the answer the value is: data.status, items.0.active.'),
      on: values.optional(),
      off: values.optional(),
      paused: values.optional(),
      enabled: values.optional(),
      disabled: values.optional(),
    })
    .optional()
    .describe('GET that tells how it is. Without it nobody knows, and actions are done blindly.'),
  allowInsecureCertificates: destination(z.boolean())
    .default(false)
    .describe('Accept any TLS certificate. For self-signed certificates in test environments.'),
  timeout: z.number().min(1).max(120).default(10).describe('Seconds for one request.'),
});

export type HttpSettings = z.output<typeof httpSettings>;
export type RequestSettings = z.output<typeof request>;

function isBase(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && !/[?#]/.test(text);
}

function textsOf(value: JsonValue): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner: JsonValue) => textsOf(inner));
}
