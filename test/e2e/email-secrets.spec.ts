import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { ApiClient } from '../support/api-client.ts';
import { startServer } from '../support/command.ts';
import { startSmtpServer, type SmtpOptions } from '../support/smtp-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startWithEmail, wireEmail } from '../support/wired-email.ts';

const user = 'canary-user';
const password = 'c4nary "pässwörd"/+x';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** How the password may look: as it is, in JSON, and as AUTH PLAIN and AUTH LOGIN send it. */
const forms = [
  password,
  JSON.stringify(password).slice(1, -1),
  JSON.stringify(JSON.stringify(password).slice(1, -1)).slice(1, -1),
  base64(password),
  base64(`\0${user}\0${password}`),
  // What the edges share with their neighbours left out.
  base64(`\0${user}\0${password}`).slice(20, -4),
];

const found = (text: string): readonly string[] => forms.filter((form) => text.includes(form));

/** Sends the credentials back wherever a server can put something. */
const echoing: SmtpOptions = {
  login: { user, password },
  more: {
    onAuth: ({ username, password: given, method }, _session, done) => {
      const line = `no: ${String(username)} ${String(given)} ${base64(`\0${String(username)}\0${String(given)}`)} ${base64(String(given))} AUTH ${method}`;
      done(Object.assign(new Error(line), { responseCode: 454 }));
    },
  },
};

/** All that is stored, but for the settings of objects, which have to hold it. */
function stored(folder: string): string {
  const file = readdirSync(folder).find((name) => name.endsWith('.db') || name.endsWith('.sqlite'));
  const database = new Database(join(folder, file ?? ''), { readonly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
      name: string;
    }[];
    const others = tables.filter(({ name }) => !/object/.test(name));
    expect(others.length).toBeGreaterThan(3);
    return JSON.stringify(others.map(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all()));
  } finally {
    database.close();
  }
}

describe('the password of a mail server', () => {
  it('is sent to the server alone: neither the database, the log nor the API shows it', async () => {
    using folder = temporaryFolder();
    await using server = await startSmtpServer(echoing);
    const file = folder.write(
      'signalbox.yaml',
      stringify({ plugins: ['vm', 'email'], egress: { allow: ['127.0.0.0/8'] }, log: { level: 'debug' } }),
    );
    const data = join(folder.path, 'data');
    const token = 'test-admin-token-0123456789';
    const signalbox = await startServer(['--config', file, '--data', data], {
      env: { SIGNALBOX_ADMIN_TOKEN: token },
    });
    const answers: unknown[] = [];
    try {
      const api = new ApiClient(signalbox.url, token);
      const email = await wireEmail(api, { port: server.port, settings: { user, password } });
      answers.push(await email.send());
      const paths = ['objects', 'objects/email/hook', 'runs', 'events', 'types/email', 'plugins', 'tasks'];
      for (const path of paths) answers.push((await api.get(`/api/${path}`)).body);
      answers.push((await api.request('POST', '/api/objects/email/hook/test')).body);
    } finally {
      await signalbox.stop();
    }
    const text = JSON.stringify(answers);
    expect(text).toContain('454 no: canary-user ********');
    expect(found(text)).toEqual([]);
    expect(signalbox.out).toMatch(/"(?:runId|run)":|failed/);
    expect(found(signalbox.out + signalbox.err)).toEqual([]);
    const kept = stored(data);
    expect(kept).toContain('454 no: canary-user ********');
    expect(found(kept)).toEqual([]);
  });

  it('is masked, and asked for again when the mails shall go elsewhere', async () => {
    await using server = await startSmtpServer({ login: { user, password } });
    await using app = await startWithEmail();
    const email = await wireEmail(app.api, { port: server.port, settings: { user, password } });
    const { settings } = (await app.api.get<{ settings: object }>(email.path)).body;
    expect(settings).toMatchObject({ user, password: '********', port: server.port });

    await app.api.put(email.path, { settings: { ...settings, timeout: 20 } });
    expect(await email.send()).toMatchObject({ state: 'succeeded' });
    for (const elsewhere of [{ host: '127.0.0.2' }, { port: server.port + 1 }]) {
      const { body } = await app.api.request('PUT', email.path, { settings: { ...settings, ...elsewhere } });
      expect(body).toMatchObject({
        code: 'SETTINGS_INVALID',
        field: 'settings.host',
        detail: expect.stringContaining('leads to another host than before'),
      });
    }
    expect(await email.send()).toMatchObject({ state: 'succeeded' });
  });
});
