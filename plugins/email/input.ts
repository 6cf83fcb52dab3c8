import { html, text, z } from 'signalbox/sdk';
import { extraHeaders } from './extra-headers.ts';
import { oneLine } from './one-line.ts';
import { mailbox } from './mailbox.ts';

const mostRecipients = 100;
const longestSubject = 500;

/** One address, or a list of them. A placeholder never makes more than one address of one. */
const addresses = text(
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .pipe(z.array(mailbox)),
);

export const sendInput = z
  .strictObject({
    to: addresses.describe('One address or a list: ops@example.com, Operators <ops@example.com>.'),
    cc: addresses.optional().describe('Who gets a copy.'),
    bcc: addresses.optional().describe('Who gets a copy that the others do not see.'),
    replyTo: text(mailbox).optional().describe('Where answers go, if not to the sender.'),
    subject: text(z.string().transform((subject) => oneLine(subject, longestSubject))),
    text: text().optional().describe('The mail as plain text, with variables such as ${NAME}.'),
    html: html().optional().describe('The mail as HTML; the values of variables are escaped.'),
    headers: extraHeaders,
  })
  .superRefine(({ to, cc = [], bcc = [], ...content }, context) => {
    const count = to.length + cc.length + bcc.length;
    const issue = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (to.length === 0) issue('to', 'must name a recipient');
    if (count > mostRecipients)
      issue('to', `must be at most ${mostRecipients} recipients with cc and bcc, got ${count}`);
    if (content.text === undefined && content.html === undefined)
      issue('text', 'must be given, or html, or both');
  });

/** What to send, templates filled in. */
export type Mail = z.output<typeof sendInput>;
