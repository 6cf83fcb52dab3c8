import { domainToASCII } from 'node:url';
import { z } from 'signalbox/sdk';

/** An email address and the name that is shown with it. */
export interface Mailbox {
  /** '' for none. */
  readonly name: string;
  /** As in SMTP commands: the domain in ASCII. */
  readonly address: string;
}

const longestLocalPart = 64;
const longestAddress = 254;

const form =
  /^(?:(?:"(?<quoted>[^"\\]*)"|(?<plain>[^"<>,:;@[\]\\]*))\s*<(?<bracketed>[^<>]*)>|(?<bare>[^<>]*))$/;
const localPart = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const domainName = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}_])?$/u;
const addressLiteral = /^\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]+)\]$/i;

/**
 * Reads exactly one mailbox: `ops@example.com`, `Operators <ops@example.com>` or `"Ops, night" <ops@example.com>`. Lists,
 * groups, comments, routes and quoted local parts are not read, and so no value that was filled in can bring a second
 * address along. Undefined when it is anything else.
 */
export function parseMailbox(text: string): Mailbox | undefined {
  const trimmed = text.trim();
  if (/\p{Cc}/u.test(trimmed)) return undefined;
  const { quoted, plain = '', bracketed, bare } = form.exec(trimmed)?.groups ?? {};
  const address = normalAddress(bracketed ?? bare ?? '');
  return address === undefined ? undefined : { name: (quoted ?? plain).trim(), address };
}

/** The address as it stands in SMTP commands, undefined when it is none. */
export function normalAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = normalDomain(text.slice(at + 1));
  if (domain === undefined || !localPart.test(local) || Buffer.byteLength(local) > longestLocalPart)
    return undefined;
  const address = `${local}@${domain}`;
  return Buffer.byteLength(address) > longestAddress ? undefined : address;
}

function normalDomain(domain: string): string | undefined {
  if (addressLiteral.test(domain)) return domain;
  if (!domainName.test(domain) || domain.includes('..')) return undefined;
  return domainToASCII(domain) || undefined;
}

/** One mailbox, as a text. */
export const mailbox = z.string().transform((text, context): Mailbox => {
  const parsed = parseMailbox(text);
  if (parsed) return parsed;
  context.issues.push({ code: 'custom', message: problemOf(text), input: text });
  return z.NEVER;
});

function problemOf(text: string): string {
  const shown = JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
  return /[,;]/.test(text)
    ? `must be one address each, several as a list of texts; got ${shown}`
    : `must be an address such as ops@example.com or Operators <ops@example.com>, got ${shown}`;
}
