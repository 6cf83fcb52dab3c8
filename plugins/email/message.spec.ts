import { describe, expect, it } from '@jest/globals';
import PostalMime, { type Email } from 'postal-mime';
import type { z } from 'signalbox/sdk';
import { sendInput } from './input.ts';
import { composeMessage, type Message } from './message.ts';
import { emailSettings } from './settings.ts';

type Input = Partial<z.input<typeof sendInput>>;

const identity = { id: '019a0000-0000-7000-8000-000000000001', date: new Date('2025-10-16T15:38:07Z') };
const least = { to: 'ops@example.com', subject: 'Hello', text: 'Hello' };

async function compose(input: Input, from: object = {}): Promise<Message> {
  const settings = emailSettings.parse({
    host: 'mail.example.com',
    from: { name: 'Box', address: 'box@example.com', ...from },
  });
  return composeMessage(sendInput.parse({ ...least, ...input }), settings, identity);
}

/** As a mail program reads it. */
async function read(input: Input): Promise<Email> {
  return PostalMime.parse((await compose(input)).raw);
}

/** The header lines as they are sent, folded ones included. */
async function headerLines(input: Input, from?: object): Promise<string[]> {
  const { raw } = await compose(input, from);
  const text = raw.toString('latin1');
  return text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
}

function problems(input: object): string[] {
  const issues = sendInput.safeParse({ ...least, ...input }).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a mail', () => {
  it('has the sender, the recipients, the subject and both forms of the text', async () => {
    const mail = await read({
      to: ['Ops <ops@example.com>', '"Night, shift" <night@example.com>'],
      cc: 'Chef Müller <chef@example.com>',
      replyTo: 'noreply@example.com',
      subject: 'Grüße – alles gut? 👍',
      text: 'Zeile 1\nZeile „2“\n',
      html: '<p>Grüße</p>',
    });
    expect(mail).toMatchObject({
      from: { name: 'Box', address: 'box@example.com' },
      to: [
        { name: 'Ops', address: 'ops@example.com' },
        { name: 'Night, shift', address: 'night@example.com' },
      ],
      cc: [{ name: 'Chef Müller', address: 'chef@example.com' }],
      replyTo: [{ name: '', address: 'noreply@example.com' }],
      subject: 'Grüße – alles gut? 👍',
      text: expect.stringMatching(/^Zeile 1\nZeile „2“\n+$/),
      html: expect.stringMatching(/^<p>Grüße<\/p>\n?$/),
    });
  });

  it('is the same for each attempt: its Message-ID is the id of the run, its date that of the run', async () => {
    const lines = await headerLines({});
    expect(lines).toContain(`Message-ID: <${identity.id}@signalbox.example.com>`);
    expect(lines).toContain('Date: Thu, 16 Oct 2025 15:38:07 +0000');
    expect((await compose({})).raw.equals((await compose({})).raw)).toBe(true);
  });

  it.each([
    [
      'box@a-rather-long-name-of-a-department.example.com',
      'signalbox.a-rather-long-name-of-a-department.example.com',
    ],
    ['box@exämple.com', 'signalbox.xn--exmple-cua.com'],
    ['box@[192.168.1.10]', 'signalbox'],
  ])('of %s has a Message-ID that ends with %s, on one line', async (address, domain) => {
    expect(await headerLines({}, { address })).toContain(`Message-ID: <${identity.id}@${domain}>`);
  });

  it('goes to all recipients, once each, and does not show the blind ones', async () => {
    const message = await compose({
      to: ['ops@example.com', 'Ops <ops@EXAMPLE.com>'],
      cc: ['boss@example.com'],
      bcc: ['audit@example.com', 'boss@example.com'],
    });
    expect(message.envelope).toEqual({
      from: 'box@example.com',
      to: ['ops@example.com', 'boss@example.com', 'audit@example.com'],
    });
    expect(message.raw.toString()).not.toMatch(/audit|^bcc/im);
  });

  it('says that nobody wrote it, unless one says otherwise', async () => {
    expect(await headerLines({})).toContain('Auto-Submitted: auto-generated');
    const lines = await headerLines({ headers: [{ name: 'auto-submitted', value: 'no' }] });
    expect(lines.filter((line) => /^auto-submitted/i.test(line))).toEqual(['Auto-Submitted: no']);
  });

  it('may have further headers', async () => {
    const { headers } = await read({
      headers: [
        { name: 'X-Priority', value: '1' },
        { name: 'List-Id', value: 'Größe <alerts.example.com>' },
      ],
    });
    expect(headers.find(({ key }) => key === 'x-priority')?.value).toBe('1');
    expect(headers.find(({ key }) => key === 'list-id')?.value).toBe(
      '=?UTF-8?Q?Gr=C3=B6=C3=9Fe_=3Calerts=2Eexample=2Eco?= =?UTF-8?Q?m=3E?=',
    );
  });

  it('may be HTML alone, or empty', async () => {
    const { html, text } = await read({ text: undefined, html: '<p>Only</p>' });
    expect({ html, text }).toEqual({ html: '<p>Only</p>\n', text: undefined });
    expect((await read({ subject: '', text: '' })).subject ?? '').toBe('');
  });

  it.each([
    ['line breaks of all kinds', 'a\nb\r\nc\rd', 'a\nb\nc\nd'],
    ['long lines', 'x'.repeat(5_000), 'x'.repeat(5_000)],
    ['lines that begin with a dot or with From', '.\n..\nFrom me', '.\n..\nFrom me'],
    ['what looks like the end of a part', '--_NmP-1\n----_NmP-Part_1--', '--_NmP-1\n----_NmP-Part_1--'],
    ['control characters', 'a\0b\u0007', 'a\0b\u0007'],
  ])('carries %s', async (_, text, arrived) => {
    const mail = await read({ text, html: '<i>x</i>' });
    expect(mail.text?.replace(/\r\n?/g, '\n').replace(/\n$/, '')).toBe(arrived);
    const { raw } = await compose({ text, html: '<i>x</i>' });
    expect(raw.toString('latin1').replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
    expect(
      Math.max(
        ...raw
          .toString()
          .split('\r\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(999);
  });
});

describe('line breaks', () => {
  const evil = 'x\r\nBcc: evil@example.com\r\n\r\n<script>';

  it.each<[string, Input, object]>([
    ['the subject', { subject: evil }, {}],
    ['the subject, alone', { subject: 'x\rBcc: evil@example.com' }, {}],
    ['the subject, as others see them', { subject: 'x\u2028Bcc: evil@example.com\u0085y\u000by' }, {}],
    ['a header', { headers: [{ name: 'X-Note', value: evil }] }, {}],
    ['a header that is folded', { headers: [{ name: 'X-Note', value: `${'a '.repeat(100)}${evil}` }] }, {}],
    ['what is long and not ASCII', { subject: `${'ä'.repeat(200)}${evil}` }, {}],
  ])('in %s make no header', async (_, input, from) => {
    const lines = await headerLines(input, from);
    expect(lines.filter((line) => /^(?:bcc|<script)/i.test(line))).toEqual([]);
    const known =
      /^(?:Message-ID|Auto-Submitted|From|To|Subject|Date|X-Note|MIME-Version|Content-[A-Za-z-]+): |^[ \t]/;
    expect(lines.filter((line) => !known.test(line))).toEqual([]);
    expect(lines.join('')).not.toMatch(/[\r\n\0]/);
    expect((await compose(input, from)).envelope.to).toEqual(['ops@example.com']);
  });

  it('of a subject are spaces, and a very long one is cut', async () => {
    expect((await read({ subject: ' Disk\r\n  full:\tsda ' })).subject).toBe('Disk   full: sda');
    const { subject = '' } = await read({ subject: '👍'.repeat(1_000) });
    expect(subject.length).toBeLessThanOrEqual(500);
    expect(subject.endsWith('👍…')).toBe(true);
  });

  it('in names of headers, and names that are the mail’s own, are refused', () => {
    for (const name of ['X\r\nBcc', 'X:', 'X Y', '']) {
      expect(problems({ headers: [{ name, value: '' }] })).toEqual([
        'headers.0.name: must be letters, digits and - only',
      ]);
    }
    for (const name of ['To', 'BCC', 'from', 'Message-Id', 'Content-Type', 'Resent-To', 'MIME-Version']) {
      expect(problems({ headers: [{ name, value: '' }] })).toEqual([
        'headers.0.name: is set by the mail itself',
      ]);
    }
  });
});

describe('what a mail is made of', () => {
  it.each<[string, object]>([
    ['to: must name a recipient', { to: [] }],
    ['text: must be given, or html, or both', { text: undefined }],
    ['to: must be at most 100 recipients with cc and bcc, got 101', { cc: Array(100).fill('a@example.com') }],
    [
      'to.0: must be one address each, several as a list of texts; got "a@example.com, b@example.com"',
      { to: 'a@example.com, b@example.com' },
    ],
    [
      'cc.1: must be one address each, several as a list of texts; got "a@example.com;b@example.com"',
      { cc: ['c@example.com', 'a@example.com;b@example.com'] },
    ],
    [
      'replyTo: must be an address such as ops@example.com or Operators <ops@example.com>, got "me"',
      { replyTo: 'me' },
    ],
  ])('is refused in words: %s', (problem, input) => {
    expect(problems(input)).toEqual([problem]);
  });
});
