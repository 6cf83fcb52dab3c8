import { z, type ObjectView } from 'signalbox/sdk';
import { patternProblem } from './call-pattern.ts';

/** `ANY` stands for all of them and those that are not named here. */
const methods = ['ANY', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

const maxPatternLength = 1_000;

const upstream = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .max(2_048, 'must be at most 2048 characters')
      .superRefine((text, context) => {
        const url = URL.parse(text);
        if (url && (url.username !== '' || url.password !== ''))
          context.addIssue('must not contain user info');
        if (url && (url.search !== '' || url.hash !== '')) context.addIssue('must end with its path');
      })
      .describe('Where the gateway forwards to; the path of a call is put behind it.'),
    timeout: z
      .number()
      .min(0.1, 'must be 0.1 to 3600 seconds')
      .max(3_600, 'must be 0.1 to 3600 seconds')
      .default(30)
      .describe('Seconds to wait for a connection, for the answer to begin, and for each next piece of it.'),
    allowInsecureCertificates: z
      .boolean()
      .default(false)
      .describe('Accept any TLS certificate. For self-signed certificates in test environments.'),
    stripPrefix: z
      .string()
      .regex(/^\/[^?#]*$/, 'must be a path that begins with /')
      .optional()
      .describe('Taken off the beginning of the path before it is forwarded: /api/v01.'),
  })
  .describe('Where the gateway forwards the calls of this route to. Without it, calls are only reported.');

export const routeSettings = z.strictObject({
  label: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('What the route is called in events. Default: the name of the object.'),
  method: z.enum(methods).default('ANY'),
  url: z
    .string()
    .min(1, 'must not be empty')
    .max(maxPatternLength, `must be at most ${maxPatternLength} characters`)
    .superRefine((pattern, context) => {
      const problem = patternProblem(pattern);
      if (problem !== undefined) context.addIssue(problem);
    })
    .describe(
      'Regular expression (RE2) that is searched for in path and query; ^ and $ pin it to their ends.',
    ),
  tag: z.string().min(1).max(200).optional().describe('Copied into the events as request.tag.'),
  upstream: upstream.optional(),
});

/** As parsed, defaults filled in. */
export type RouteSettings = z.output<typeof routeSettings>;

export type Route = ObjectView<RouteSettings>;

export type Upstream = NonNullable<RouteSettings['upstream']>;
