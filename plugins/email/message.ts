import type { Mail } from './input.ts';
import type { Mailbox } from './mailbox.ts';
import { normalAddress } from './mailbox.ts';
import type { EmailSettings } from './settings.ts';

/** A mail, ready to be sent. */
export interface Message {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** With its angle brackets. */
  readonly messageId: string;
  readonly subject: string;
  /** Headers and body, as it goes over the wire but for the dots. */
  readonly raw: Buffer;
}

/** What is the same for each attempt to send a mail, so that whoever gets it twice can tell. */
interface Identity {
  /** The run's. */
  readonly id: string;
  readonly date: Date;
}

export async function composeMessage(
  mail: Mail,
  { from }: EmailSettings,
  { id, date }: Identity,
): Promise<Message> {
  const sender = normalAddress(from.address) ?? from.address;
  const { to, cc = [], bcc = [], replyTo, subject, text, html, headers = [] } = mail;
  const messageId = messageIdOf(id, sender);
  // When it is needed: it takes more time and memory than all the rest of the plugin.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const composer = new MailComposer({
    from: { name: from.name, address: sender },
    to: to.map(copyOf),
    ...(cc.length > 0 && { cc: cc.map(copyOf) }),
    ...(replyTo && { replyTo: copyOf(replyTo) }),
    subject,
    ...(text !== undefined && { text: withLineBreaks(text) }),
    ...(html !== undefined && { html: withLineBreaks(html) }),
    newline: 'windows',
    date,
    headers: [
      // On one line: not everybody reads a Message-ID that was folded.
      { key: 'Message-ID', value: { prepared: true, value: messageId } },
      ...[...automatic(headers), ...headers].map(({ name: key, value }) => ({ key, value })),
    ],
    // Nothing that a mail says may make Signalbox open a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const recipients = new Set([...to, ...cc, ...bcc].map(({ address }) => address));
  return {
    envelope: { from: sender, to: [...recipients] },
    messageId,
    subject,
    raw: await composer.compile().build(),
  };
}

/** `<run-id@signalbox.example.com>` for a sender at example.com; the part after the @ keeps it unique in the world. */
function messageIdOf(id: string, sender: string): string {
  const domain = sender.slice(sender.lastIndexOf('@') + 1);
  return `<${id}@${domain.startsWith('[') ? 'signalbox' : `signalbox.${domain}`}>`;
}

/** Keeps notices of absence from being sent back (RFC 3834). */
function automatic(headers: NonNullable<Mail['headers']>): NonNullable<Mail['headers']> {
  const given = headers.some(({ name }) => name.toLowerCase() === 'auto-submitted');
  return given ? [] : [{ name: 'Auto-Submitted', value: 'auto-generated' }];
}

/** As mails have them: a bare CR or LF is no end of a line everywhere. */
function withLineBreaks(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

/** The composer writes into what it is given. */
function copyOf({ name, address }: Mailbox): Mailbox {
  return { name, address };
}
