import { describe, expect, it } from '@jest/globals';
import { mailbox, parseMailbox } from './mailbox.ts';

describe('a mailbox', () => {
  it.each([
    ['ops@example.com', '', 'ops@example.com'],
    ['  ops@example.com\n', '', 'ops@example.com'],
    ['<ops@example.com>', '', 'ops@example.com'],
    ['Operators <ops@example.com>', 'Operators', 'ops@example.com'],
    ['J. R. (night) <j.r+oncall@mail.example.com>', 'J. R. (night)', 'j.r+oncall@mail.example.com'],
    ['"Ops, night; \'on call\'" <ops@example.com>', "Ops, night; 'on call'", 'ops@example.com'],
    ['"a@evil.test" <ops@example.com>', 'a@evil.test', 'ops@example.com'],
    ['Jörg Müller<jörg@exämple.com>', 'Jörg Müller', 'jörg@xn--exmple-cua.com'],
    ['root@mailhost', '', 'root@mailhost'],
    ["o'brien@EXAMPLE.com", '', "o'brien@example.com"],
    ['ops@[192.168.1.10]', '', 'ops@[192.168.1.10]'],
    ['ops@[IPv6:fd00::1]', '', 'ops@[IPv6:fd00::1]'],
  ])('is read from %j', (text, name, address) => {
    expect(parseMailbox(text)).toEqual({ name, address });
  });

  it.each([
    '',
    'ops',
    '@example.com',
    'ops@',
    'ops@example..com',
    'ops@-example.com',
    'ops@exa mple.com',
    '.ops@example.com',
    'ops.@example.com',
    'o..ps@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ops@${'a.'.repeat(130)}com`,
    '${event.data.mail}',
    'null',
    '["ops@example.com"]',
  ])('is no address: %j', (text) => {
    expect(parseMailbox(text)).toBeUndefined();
  });

  it.each([
    ['a list', 'a@example.com, evil@example.com'],
    ['a list with semicolons', 'a@example.com; evil@example.com'],
    ['a list with spaces', 'a@example.com evil@example.com'],
    ['a list in brackets', '<a@example.com>, <evil@example.com>'],
    ['a list without commas', '<a@example.com> <evil@example.com>'],
    ['a list in the brackets', 'A <a@example.com,evil@example.com>'],
    ['a list as JSON', '["a@example.com","evil@example.com"]'],
    ['a name that is an address', 'evil@example.com <a@example.com>'],
    ['a name that closes its quotes', '"x" <evil@example.com>, "" <a@example.com>'],
    ['a name that escapes its quotes', '"x\\" <evil@example.com>" <a@example.com>'],
    ['a group', 'team: a@example.com, evil@example.com;'],
    ['a group of nobody', 'team:;'],
    ['a comment', 'a@example.com (evil@example.com)'],
    ['a route', '<@evil.test:a@example.com>'],
    ['two at signs', 'evil@evil.test@example.com'],
    ['a quoted local part', '"evil@evil.test"@example.com'],
    ['a line break', 'a@example.com\r\nRCPT TO:<evil@example.com>'],
    ['a line break in the name', 'A\r\nBcc: evil@example.com <a@example.com>'],
    ['a folded line', 'A\r\n B <a@example.com>'],
    ['a line separator', 'a@example.com\u2028evil@example.com'],
    ['a NUL', 'a@example.com\0evil@example.com'],
    ['SMTP parameters', 'a@example.com> NOTIFY=NEVER <x'],
    ['a right-to-left mark', 'a@example.com\u202e'],
  ])('is never read from %s', (_, text) => {
    expect(parseMailbox(text)).toBeUndefined();
  });

  it('that cannot be read is refused in words', () => {
    const problem = (text: string) => mailbox.safeParse(text).error?.issues[0]?.message;
    expect(problem('nobody')).toBe(
      'must be an address such as ops@example.com or Operators <ops@example.com>, got "nobody"',
    );
    expect(problem('a@example.com, b@example.com')).toBe(
      'must be one address each, several as a list of texts; got "a@example.com, b@example.com"',
    );
    expect(problem('x'.repeat(1_000))?.length).toBeLessThan(200);
  });
});
