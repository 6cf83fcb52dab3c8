import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSmtpServer, type TestSmtpServer } from '../support/smtp-server.ts';
import type { TestSignalbox } from '../support/signalbox.ts';
import { startWithEmail, wireEmail } from '../support/wired-email.ts';

let server: TestSmtpServer;
let app: TestSignalbox;

beforeAll(async () => {
  server = await startSmtpServer();
  app = await startWithEmail();
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** What arrived when the data of an event stands in a field of the task. */
async function sentWith(task: object, who: unknown) {
  const begin = server.mails.length;
  const email = await wireEmail(app.api, { port: server.port, task });
  const run = await email.send({ who });
  return { run, mails: server.mails.slice(begin) };
}

describe('the data of an event', () => {
  it.each<[string, object, string, readonly string[]]>([
    ['an address', { to: '${event.data.who}' }, 'jo@example.com', ['jo@example.com']],
    ['an address with a name', { to: '${event.data.who}' }, 'Jo <jo@example.com>', ['jo@example.com']],
    ['a name', { to: '"${event.data.who}" <ops@example.com>' }, 'evil@example.com', ['ops@example.com']],
    ['the first half', { to: '${event.data.who}@example.com' }, 'jo', ['jo@example.com']],
    [
      'one of several',
      { to: ['a@example.com', '${event.data.who}'] },
      'b@example.com',
      ['a@example.com', 'b@example.com'],
    ],
    ['a copy', { cc: '${event.data.who}' }, 'jo@example.com', ['ops@example.com', 'jo@example.com']],
  ])('may be %s', async (_, task, who, to) => {
    const { run, mails } = await sentWith(task, who);
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(mails).toMatchObject([{ to }]);
  });

  const more = 'evil@example.com';

  it.each<[string, object, unknown]>([
    ['a list', { to: '${event.data.who}' }, ['ops@example.com', more]],
    ['a list of one', { to: '${event.data.who}' }, [more]],
    ['a list in a list', { to: ['ops@example.com', '${event.data.who}'] }, ['a@example.com', more]],
    ['a text that is a list', { to: '${event.data.who}' }, `ops@example.com, ${more}`],
    ['a list with semicolons', { cc: '${event.data.who}' }, `ops@example.com; ${more}`],
    ['a group', { bcc: '${event.data.who}' }, `all: ops@example.com, ${more};`],
    ['a line break', { to: '${event.data.who}' }, `ops@example.com\r\nRCPT TO:<${more}>`],
    ['a header', { to: '${event.data.who} <ops@example.com>' }, `x\r\nBcc: ${more}\r\nX: `],
    ['the end of a name', { to: '"${event.data.who}" <ops@example.com>' }, `x" <${more}>, "`],
    ['the end of an address', { to: 'Ops <${event.data.who}>' }, `ops@example.com>, <${more}`],
    ['another domain', { to: '${event.data.who}@example.com' }, `${more}, ops`],
    ['an object', { to: '${event.data.who}' }, { address: more }],
    ['nothing', { to: '${event.data.who}' }, null],
    ['a list of headers', { headers: '${event.data.who}' }, [{ name: 'Errors-To', value: more }]],
    ['where answers go', { replyTo: '${event.data.who}' }, `a@example.com, ${more}`],
  ])('never adds a recipient: %s', async (_, task, who) => {
    const { run, mails } = await sentWith(task, who);
    expect(run).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: expect.stringMatching(/^task hook: settings\.(?:to|cc|bcc|replyTo|headers)/),
    });
    expect(mails).toEqual([]);
  });

  it('that is missing leaves the mail unsent', async () => {
    const { run, mails } = await sentWith({ to: '${event.data.nobody}' }, 'x');
    expect(run).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('got "${event.data.nobody}"'),
    });
    expect(mails).toEqual([]);
  });

  it('makes neither a header nor a recipient of a subject, a text or a header', async () => {
    const evil = `x\r\nBcc: ${more}\r\n\r\n.\r\nMAIL FROM:<${more}>\r\nRCPT TO:<${more}>\r\n`;
    const task = {
      subject: '${event.data.who}',
      text: '${event.data.who}',
      html: '${event.data.who}',
      headers: [{ name: 'X-Who', value: '${event.data.who}' }],
    };
    const { run, mails } = await sentWith(task, evil);
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(mails).toMatchObject([{ from: 'box@example.com', to: ['ops@example.com'] }]);
    const head = mails[0]!.raw.split('\r\n\r\n')[0]!.split('\r\n');
    expect(head.filter((line) => /^(?:bcc|mail|rcpt|\.)/i.test(line))).toEqual([]);
    expect(head.filter((line) => line.startsWith('X-Who: x Bcc:'))).toHaveLength(1);
  });
});

describe('a task', () => {
  async function refused(task: object): Promise<unknown> {
    const settings = { to: 'ops@example.com', subject: 'x', text: 'x', ...task };
    const body = { action: 'email.send', target: { object: 'hook' }, settings };
    return (await app.api.request('PUT', '/api/tasks/refused', body)).body;
  }

  it.each<[object, string, string]>([
    [
      { to: 'a@example.com, b@example.com' },
      'settings.to',
      'must be one address each, several as a list of texts',
    ],
    [{ to: ['a@example.com', 'nobody'] }, 'settings.to[1]', 'must be an address such as'],
    [{ to: [] }, 'settings.to', 'must name a recipient'],
    [{ text: undefined }, 'settings.text', 'must be given, or html, or both'],
    [{ headers: [{ name: 'Bcc', value: 'x' }] }, 'settings.headers[0].name', 'is set by the mail itself'],
    [{ subjekt: 'x' }, 'settings.subjekt', 'unknown key'],
    [{ html: '${HOSTNAME}' }, 'settings.html', 'unknown variable'],
  ])('with mistakes is refused when it is saved: %j', async (task, field, problem) => {
    expect(await refused(task)).toMatchObject({
      status: 422,
      field: expect.stringContaining(field),
      detail: expect.stringContaining(problem),
    });
  });

  it('with placeholders in its lists is saved', async () => {
    const email = await wireEmail(app.api, {
      port: server.port,
      task: { to: ['ops@example.com', '${event.data.who}'], cc: ['${event.data.x}@example.com'] },
    });
    expect(email.path).toBe('/api/objects/email/hook');
  });
});
