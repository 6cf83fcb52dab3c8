import { destination, secret, z } from 'signalbox/sdk';

export const proxmoxSettings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .refine(isOrigin, 'must be scheme, host and port only, such as https://pve1.example.com:8006')
    .describe('A node of the cluster, such as https://pve1.example.com:8006. It reaches all others.'),
  tokenId: z
    .string()
    .regex(
      /^[\x21-\x7e]+@[a-z][a-z0-9._-]+![a-z][a-z0-9._-]+$/i,
      'must be USER@REALM!TOKENID, such as signalbox@pve!power',
    )
    .describe('API token, such as signalbox@pve!power.'),
  tokenSecret: secret(
    z.string().regex(/^[a-z0-9-]+$/i, 'must be the secret of the token alone, a UUID'),
  ).describe('Secret of the API token, a UUID.'),
  allowInsecureCertificates: destination(z.boolean())
    .default(false)
    .describe('Accept any TLS certificate. For self-signed certificates in test environments.'),
  timeout: z.number().min(3).max(120).default(15).describe('Seconds for one request.'),
});

export type ProxmoxSettings = z.output<typeof proxmoxSettings>;

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.href === `${url.origin}/`;
}
