import { inboundAuth, z } from 'signalbox/sdk';

export const githubSettings = z.strictObject({
  auth: inboundAuth({ header: 'X-Hub-Signature-256', algorithm: 'sha256', prefix: 'sha256=' }),
  repeats: z
    .enum(['delivery', 'body'])
    .default('delivery')
    .describe(
      'What makes a repeat: the same GUID, which GitHub does not sign, or the same body, whatever the headers say.',
    ),
});

export type GithubSettings = z.output<typeof githubSettings>;
