import { defineObjectType, definePlugin, z } from 'signalbox/sdk';
import { readDelivery } from './delivery.ts';
import { githubSettings } from './settings.ts';

export const github = defineObjectType({
  name: 'github',
  label: 'GitHub',
  description:
    'Takes the webhooks of GitHub, of a repository, an organization or an app, with their signature checked.',
  instances: 'required',
  // Only what bears the signature is from GitHub.
  ingest: false,
  settings: githubSettings,
  events: {
    received: z.looseObject({
      event: z.string().describe('Name of the webhook event: push, pull_request …'),
      action: z.string().optional().describe('What happened: opened, closed …'),
      delivery: z.string().describe('GUID of the delivery.'),
      repository: z.string().optional().describe('owner/name'),
      organization: z.string().optional(),
      sender: z.string().optional().describe('Login of whoever did it.'),
      ref: z.string().optional().describe('refs/heads/main'),
      payload: z.record(z.string(), z.json()).describe('All that GitHub sent.'),
    }),
  },
  inbound: { auth: ({ auth }) => auth, read: readDelivery },
});

export default definePlugin({
  name: 'github',
  api: '^1.0.0',
  description: 'Inbound endpoints for GitHub webhooks.',
  types: [github],
});
