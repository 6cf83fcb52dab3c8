import { destination, secret, z } from 'signalbox/sdk';

export const redfishSettings = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .refine(isOrigin, 'must be scheme and host only, such as https://bmc-7.example.com')
      .describe('The management controller, such as https://bmc-7.example.com.'),
    user: z
      .string()
      .regex(/^[^:\p{Cc}]+$/u, 'must not be empty, and without colons')
      .optional()
      .describe('Its user. With `password`, instead of `token`.'),
    password: secret(z.string().min(1)).optional(),
    login: z
      .enum(['basic', 'session'])
      .default('basic')
      .describe('How user and password are given: with each request, or once, for a session.'),
    token: secret(z.string().regex(/^[\x21-\x7e]+$/, 'must be the token alone'))
      .optional()
      .describe('X-Auth-Token that does not expire, for services that issue such.'),
    systemId: z
      .string()
      .min(1)
      .optional()
      .describe('Id of the system that is meant where a machine names none. Default: the only one.'),
    allowInsecureCertificates: destination(z.boolean())
      .default(false)
      .describe('Accept any TLS certificate. Many management controllers come with a self-signed one.'),
    timeout: z.number().min(3).max(120).default(30).describe('Seconds for one request.'),
  })
  .superRefine(({ user, password, token }, context) => {
    const withUser = user !== undefined && password !== undefined;
    const partly = user !== undefined || password !== undefined;
    if (token === undefined ? withUser : !partly) return;
    const message = 'needs either user and password, or token';
    context.addIssue({ code: 'custom', path: [], message });
  });

export type RedfishSettings = z.output<typeof redfishSettings>;

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.href === `${url.origin}/`;
}
