import { headerProblem, z, secret } from 'signalbox/sdk';

const longestValue = 4_096;
const mostHeaders = 32;

/** Set for each request. */
const ownNames = new Set(['webhook-id', 'webhook-timestamp', 'webhook-signature', 'signalbox-cause']);

const fields = {
  name: z.string().superRefine((name, context) => {
    const problem = nameProblem(name);
    if (problem !== undefined) context.addIssue(problem);
  }),
  value: z.string().superRefine((value, context) => {
    const problem = valueProblem(value);
    if (problem !== undefined) context.addIssue(problem);
  }),
};

/** One header; `secret: true` hides its value like a password. */
const header = z.discriminatedUnion('secret', [
  z.strictObject({ ...fields, secret: z.literal(false).default(false) }),
  z.strictObject({ ...fields, value: secret(fields.value), secret: z.literal(true) }),
]);

/** Ordered; a name may occur more than once. */
export const headerList = z
  .array(header)
  .max(mostHeaders, `must be at most ${mostHeaders} headers`)
  .default([{ name: 'content-type', value: 'application/json', secret: false }]);

export const headerName = fields.name;

/** Credentials and the like, which end up in a header. */
export const headerText = fields.value;

function nameProblem(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (ownNames.has(lower)) return `${lower} is set by the webhook itself`;
  if (lower === 'accept-encoding') return 'accept-encoding cannot be set: answers are not decompressed';
  const problem = headerProblem(name, '');
  return problem === undefined ? undefined : `${JSON.stringify(name)} ${problem}`;
}

function valueProblem(value: string): string | undefined {
  if (value.length > longestValue) return `must be at most ${longestValue} characters`;
  const problem = headerProblem('x', value);
  return problem === undefined
    ? undefined
    : 'must not contain line breaks or other characters that a header cannot carry';
}
