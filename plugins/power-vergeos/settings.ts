import { destination, secret, z } from 'signalbox/sdk';

export const vergeosSettings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .refine(isOrigin, 'must be scheme and host only, such as https://vergeos.example.com')
    .describe('Where the system answers, such as https://vergeos.example.com.'),
  apiKey: secret(
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be the key alone: no spaces, no line breaks, without the word Bearer'),
  ).describe('API key of a VergeOS user (System > Users > API Keys).'),
  allowInsecureCertificates: destination(z.boolean())
    .default(false)
    .describe('Accept any TLS certificate. For self-signed certificates in test environments.'),
  timeout: z.number().min(3).max(120).default(10).describe('Seconds for one request.'),
});

export type VergeosSettings = z.output<typeof vergeosSettings>;

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.href === `${url.origin}/`;
}
