import { inboundAuth, z } from 'signalbox/sdk';

export const githubSettings = z.strictObject({
  auth: inboundAuth({ header: 'X-Hub-Signature-256', algorithm: 'sha256', prefix: 'sha256=' }),
});

export type GithubSettings = z.output<typeof githubSettings>;
