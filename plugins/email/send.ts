import type { ActionContext, JsonValue } from 'signalbox/sdk';
import type { Mail } from './input.ts';
import { composeMessage } from './message.ts';
import type { EmailSettings } from './settings.ts';
import { SmtpSession } from './smtp-session.ts';

type SendContext = ActionContext<EmailSettings, Mail>;

/** One attempt. Returns when the server has taken the mail for at least one recipient, throws otherwise. */
export async function sendMail(context: SendContext): Promise<JsonValue> {
  const { object, input, idempotencyKey: id, createdAt: date, logger, record } = context;
  const { host, port } = object.settings;
  const message = await composeMessage(input, object.settings, { id, date });
  const { envelope, messageId, subject, raw } = message;
  record({ sent: { server: `${host}:${port}`, envelope, messageId, subject, bytes: raw.length } });

  const session = await SmtpSession.connect(object.settings, context);
  try {
    await session.begin(object.settings);
    const { accepted, rejected, reply } = await session.deliver(message);
    if (rejected.length > 0) logger.warn({ rejected }, 'The server refused some of the recipients of a mail');
    return { messageId, accepted, rejected, reply };
  } finally {
    record({ received: session.state });
    session.quit();
  }
}
