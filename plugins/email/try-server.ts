import type { JsonValue, TestContext } from 'signalbox/sdk';
import type { EmailSettings } from './settings.ts';
import { SmtpSession } from './smtp-session.ts';

/** Goes all the way to where a mail could be sent, and sends none. */
export async function tryServer(context: TestContext<EmailSettings>): Promise<JsonValue> {
  const { settings } = context.object;
  const session = await SmtpSession.connect(settings, context);
  try {
    await session.begin(settings);
    await session.check();
    return { ...session.state, user: settings.user ?? null };
  } finally {
    session.quit();
  }
}
