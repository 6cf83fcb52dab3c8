import { defineObjectType, definePlugin } from 'signalbox/sdk';
import { sendInput } from './input.ts';
import { sendMail } from './send.ts';
import { emailSettings, sendPolicy } from './settings.ts';
import { tryServer } from './try-server.ts';

export const email = defineObjectType({
  name: 'email',
  label: 'Email',
  description: 'An SMTP server and the sender that mails are sent by.',
  instances: 'required',
  settings: emailSettings,
  actions: {
    send: {
      label: 'Send an email',
      description: 'Sends one mail, as text, HTML or both.',
      input: sendInput,
      // A mail that was taken cannot be taken back, and receivers do not tell a repetition.
      idempotent: false,
      policy: sendPolicy,
      run: sendMail,
    },
  },
  test: tryServer,
});

export default definePlugin({
  name: 'email',
  api: '^1.0.0',
  description: 'Sends emails through an SMTP server.',
  types: [email],
});
