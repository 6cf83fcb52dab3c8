import { defineObjectType, definePlugin } from 'signalbox/sdk';
import { send, sendInput, sendPolicy, sendTest } from './send.ts';
import { webhookSettings } from './settings.ts';

export const webhook = defineObjectType({
  name: 'webhook',
  label: 'Webhook',
  collection: 'webhooks',
  description: 'An HTTP endpoint of another system that receives JSON.',
  instances: 'required',
  settings: webhookSettings,
  actions: {
    send: {
      label: 'Send',
      description: 'Sends a message, or the event itself, in one HTTP request.',
      input: sendInput,
      // Receivers tell a repetition by its webhook-id.
      idempotent: true,
      policy: sendPolicy,
      run: send,
    },
  },
  test: sendTest,
});

export default definePlugin({
  name: 'webhook',
  api: '^1.0.0',
  description: 'Sends webhooks: signed, retried, to one endpoint each.',
  types: [webhook],
});
