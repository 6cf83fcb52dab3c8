import Database from 'better-sqlite3';
import { chmodSync, copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openStore } from '../../src/persistence/store.ts';
import { auditLog } from '../support/audit-log.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestOptions } from '../support/signalbox.ts';
import { filesWith } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wiredWebhook, wireWebhook } from '../support/wired-webhook.ts';

const safePlugin = join(import.meta.dirname, '../fixtures/plugins/safe/index.ts');
const plugins = ['vm', 'webhook', safePlugin];
const token = 'canary-token-5f1c9a';
const auth = { type: 'bearer', token };

const onData = (data: string, more: TestOptions = {}): TestOptions => ({
  data,
  ...more,
  config: { plugins, ...more.config },
});

/** What the rows of a table say of settings, as they stand there. */
function column(data: string, sql: string): readonly string[] {
  const database = new Database(join(data, 'signalbox.db'), { readonly: true });
  try {
    return database.prepare<[], string>(sql).pluck().all();
  } finally {
    database.close();
  }
}

/** All that is stored. */
function rows(data: string): readonly unknown[] {
  const database = new Database(join(data, 'signalbox.db'), { readonly: true });
  try {
    const names = database
      .prepare<[], string>(`select name from sqlite_master where type = 'table' order by name`)
      .pluck()
      .all();
    return names.map((name) => [name, database.prepare(`select * from "${name}"`).all()]);
  } finally {
    database.close();
  }
}

function change(data: string, sql: string, ...values: readonly unknown[]): void {
  const database = new Database(join(data, 'signalbox.db'));
  database.prepare(sql).run(...values);
  database.close();
}

/** A data folder with a webhook and a safe in it, and a Signalbox that has been stopped. */
async function written(data: string, url = 'http://127.0.0.1:9/'): Promise<void> {
  await using app = await startSignalbox(onData(data));
  await wireWebhook(app.api, { url, settings: { auth } });
  await app.api.put('/api/objects/safe/one', {
    settings: {
      url,
      code: 'canary-code-1',
      spare: ['canary-spare-1', 'canary-spare-2'],
      byName: { anna: 'canary-anna' },
      lock: { digits: 471_123_987 },
      note: 'v1.0123456789ab.AAAA',
    },
  });
  await app.api.put('/api/tasks/open', {
    action: 'safe.open',
    target: { object: 'one' },
    settings: { pin: 'canary-pin-1', why: '${NAME}' },
  });
}

const canaries = [token, 'canary-code', 'canary-spare', 'canary-anna', '471123987', 'canary-pin'];
const standing = (data: string): readonly string[] =>
  canaries.filter((canary) => filesWith(data, canary).length > 0);

describe('secrets on the disk', () => {
  it('are sealed while the server runs and after it, and are there again after a restart', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    const data = join(folder.path, 'data');
    await written(data, receiver.url);
    expect(standing(data)).toEqual([]);
    await using app = await startSignalbox(onData(data));
    await wiredWebhook(app.api).send();
    await app.api.request('POST', '/api/tasks/open/run');
    await receiver.got(2);
    const sent = JSON.stringify(receiver.deliveries);
    expect(sent).toContain(`Bearer ${token}`);
    expect(sent).toContain('canary-pin-1');
    expect(sent).toContain('canary-code-1');
    expect(standing(data)).toEqual([]);
    expect(statSync(join(data, 'secret.key')).mode & 0o777).toBe(0o600);
    // What looks like sealed is what somebody wrote.
    const { body } = await app.api.get<{ settings: object }>('/api/objects/safe/one');
    expect(body.settings).toMatchObject({
      note: 'v1.0123456789ab.AAAA',
      code: '********',
      lock: { digits: '********' },
    });
  });

  it('that stand in clear are sealed at the next start, and nothing of them is left in the files', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    const store = await openStore({ url: 'sqlite:', dataDir: data });
    const times = { managedBy: 'api', createdAt: 1, updatedAt: 1 } as const;
    const object = (key: string) =>
      ({
        kind: 'object',
        put: {
          ...{ type: 'webhook', key, name: key, enabled: true, tags: [], changedAt: 1, ...times },
          settings: { url: 'http://127.0.0.1:9/', auth: { type: 'bearer', token: `${token}-${key}` } },
        },
      }) as const;
    const ghost = { type: 'ghost', key: 'g', name: 'g', enabled: true, tags: [], changedAt: 1, ...times };
    await store.resources.apply([
      ...Array.from({ length: 300 }, (_, i) => object(`hook-${i}`)),
      { kind: 'object', put: { ...ghost, settings: { whatever: 'canary-anna' } } },
    ]);
    await store.resources.apply([{ kind: 'object', remove: { type: 'webhook', key: 'hook-7' } }]);
    await store.close();
    expect(standing(data)).toEqual([token, 'canary-anna']);
    {
      await using app = await startSignalbox(onData(data));
      // While it runs: the log beside the database counts, too.
      expect(standing(data)).toEqual([]);
      expect((await app.api.get('/api/objects/webhook/hook-8')).status).toBe(200);
    }
    expect(standing(data)).toEqual([]);
    expect(column(data, `select settings from object where key = 'hook-8'`)[0]).toMatch(
      /^\[\{"url":"http:\/\/127\.0\.0\.1:9\/","auth":\{"type":"bearer","token":null\}\},"v1\.[0-9a-f]{12}\./,
    );
  });

  it('of a plugin that is not loaded survive as they are', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    const data = join(folder.path, 'data');
    await written(data, receiver.url);
    const before = column(data, 'select settings from object order by type, key');
    await (await startSignalbox({ data, config: { plugins: ['vm'] } }))[Symbol.asyncDispose]();
    expect(column(data, 'select settings from object order by type, key')).toEqual(before);
    {
      // Changed by somebody who does not know what is secret in it.
      await using app = await startSignalbox({ data, config: { plugins: ['vm'] } });
      await app.api.request('POST', '/api/tags/some/tag/objects', { add: ['webhook/hook', 'safe/one'] });
      expect((await app.api.get<{ settings: object }>('/api/tasks/open')).body.settings).toEqual({});
    }
    expect(standing(data)).toEqual([]);
    await using app = await startSignalbox(onData(data));
    await wiredWebhook(app.api).send();
    expect(receiver.deliveries[0]!.headers.authorization).toBe(`Bearer ${token}`);
  });

  it('that were changed or moved switch off the one object that they belong to, until they are given again', async () => {
    using folder = temporaryFolder();
    await using receiver = await startReceiver();
    const data = join(folder.path, 'data');
    await written(data, receiver.url);
    {
      await using app = await startSignalbox(onData(data));
      await wireWebhook(app.api, {
        key: 'other',
        url: receiver.url,
        settings: { auth: { type: 'bearer', token: 'canary-token-other' } },
      });
    }
    const [others = ''] = column(
      data,
      `select settings from object where type = 'webhook' and key = 'other'`,
    );
    change(data, `update object set settings = ? where type = 'webhook' and key = 'hook'`, others);
    await using app = await startSignalbox(onData(data));
    const hook = '/api/objects/webhook/hook';
    expect((await app.api.get(hook)).body).toMatchObject({
      enabled: false,
      settings: { auth: { token: null } },
    });
    expect((await app.api.get('/api/objects/webhook/other')).body).toMatchObject({ enabled: true });
    expect((await app.api.get('/api/secrets')).body).toMatchObject({ unreadable: ['object webhook/hook'] });
    expect(await app.api.request('PATCH', hook, { enabled: true })).toMatchObject({
      status: 422,
      body: { field: 'settings.auth.token' },
    });
    await app.api.request('PATCH', hook, { enabled: true, settings: { auth } });
    await wiredWebhook(app.api).send();
    expect(receiver.deliveries.at(-1)!.headers.authorization).toBe(`Bearer ${token}`);
    expect((await app.api.get('/api/secrets')).body).toMatchObject({ unreadable: [] });
  });
});

describe('the key', () => {
  it('that is missing or another one keeps the server from starting, and nothing is changed', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    const key = join(data, 'secret.key');
    await written(data);
    copyFileSync(key, join(folder.path, 'backup'));
    const before = rows(data);
    rmSync(key);
    await expect(startSignalbox(onData(data))).rejects.toMatchObject({
      code: 'SECRET_KEY_MISSING',
      message: expect.stringMatching(
        /sealed with the key [0-9a-f]{12}, and the file .*secret\.key has no key/,
      ),
    });
    expect(filesWith(data, 'One key a line')).toEqual([]);
    const env = { SIGNALBOX_SECRET_KEY: Buffer.alloc(32, 1).toString('base64') };
    await expect(startSignalbox(onData(data, { env }))).rejects.toMatchObject({ code: 'SECRET_KEY_WRONG' });
    expect(rows(data)).toEqual(before);
    copyFileSync(join(folder.path, 'backup'), key);
    chmodSync(key, 0o600);
    await (await startSignalbox(onData(data)))[Symbol.asyncDispose]();
  });

  it.each([
    [
      'may be read by others',
      (key: string) => {
        chmodSync(key, 0o640);
      },
      /may be read by others \(mode 0640\): chmod 600/,
    ],
    [
      'is no key',
      (key: string) => {
        writeFileSync(key, '# mine\n\nhunter2\n');
      },
      /secret\.key:3 is not a key: a key is 32 random bytes/,
    ],
    [
      'is empty',
      (key: string) => {
        writeFileSync(key, '');
      },
      /has no key in it/,
    ],
  ])('is refused if it %s', async (_what, spoil, message) => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    await (await startSignalbox(onData(data)))[Symbol.asyncDispose]();
    spoil(join(data, 'secret.key'));
    const starting = startSignalbox(onData(data));
    await expect(starting).rejects.toMatchObject({
      code: 'SECRET_KEY_INVALID',
      message: expect.stringMatching(message),
    });
    await expect(starting).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
  });

  it('that is lost for good is replaced when its id is named: what it sealed is off until it is given again', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    await written(data);
    const [id = ''] = column(data, 'select id from secret_key');
    const [was = ''] = column(data, `select updated_at from object where type = 'webhook' and key = 'hook'`);
    rmSync(join(data, 'secret.key'));
    {
      const env = { SIGNALBOX_SECRET_KEY_LOST: id };
      await using app = await startSignalbox(onData(data, { env }));
      expect((await app.api.get('/api/secrets')).body).toMatchObject({
        unreadable: ['object safe/one', 'object webhook/hook', 'task open'],
      });
      const said = (await auditLog(app.api)).map(({ actor, action, resource }) => [
        actor.kind,
        action,
        resource,
      ]);
      expect(said).toEqual(
        expect.arrayContaining([
          ['signalbox', 'rotated', expect.objectContaining({ kind: 'key' })],
          ['signalbox', 'disabled', expect.objectContaining({ kind: 'object', id: 'webhook/hook' })],
          ['signalbox', 'disabled', expect.objectContaining({ kind: 'task', id: 'open' })],
        ]),
      );
      expect(
        Number(column(data, `select updated_at from object where type = 'webhook' and key = 'hook'`)[0]),
      ).toBeGreaterThan(Number(was));
      // Still without its secret, whoever tags it; what is gone needs none.
      await app.api.request('POST', '/api/tags/some/tag/objects', { add: ['webhook/hook'] });
      expect((await app.api.request('DELETE', '/api/objects/safe/one?force=true')).status).toBeLessThan(300);
      expect((await app.api.get('/api/secrets')).body).toMatchObject({
        unreadable: ['object webhook/hook', 'task open'],
      });
    }
    await using app = await startSignalbox(onData(data));
    expect((await app.api.get('/api/secrets')).body).toMatchObject({
      unreadable: ['object webhook/hook', 'task open'],
    });
    expect((await app.api.get('/api/objects/webhook/hook')).body).toMatchObject({ enabled: false });
    await app.api.request('PATCH', '/api/objects/webhook/hook', { enabled: true, settings: { auth } });
    expect(column(data, 'select id from secret_key')).not.toContain(id);
  });

  it('that is old never seals: where there is no other a new one is made', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    const file = join(data, 'secret.key');
    await written(data);
    const [id = ''] = column(data, 'select id from secret_key');
    const keys = () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => /^[^#]/.test(line));
    const [old = ''] = keys();
    rmSync(file);
    const env = { SIGNALBOX_SECRET_KEY_OLD: old };
    await (await startSignalbox(onData(data, { env })))[Symbol.asyncDispose]();
    expect(keys()).toHaveLength(1);
    expect(keys()).not.toContain(old);
    expect(column(data, 'select id from secret_key')).not.toContain(id);
    await using app = await startSignalbox(onData(data));
    expect((await app.api.get('/api/secrets')).body).toMatchObject({ older: [], unreadable: [] });
  });

  it('that is another one leaves the tables and the sessions as they are', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    {
      await using app = await startSignalbox(onData(data));
      const login = { user: 'alice', password: 'correct horse battery staple' };
      await app.api.request('POST', '/api/users', {
        name: login.user,
        password: login.password,
        scopes: ['read'],
      });
      expect((await app.api.request('POST', '/api/session', login)).status).toBeLessThan(300);
    }
    change(data, 'update session set expires_at = 1, last_used_at = 1');
    // As an earlier version has left it.
    const [last = ''] = column(data, 'select name from mikro_orm_migrations order by name desc limit 1');
    change(data, 'delete from mikro_orm_migrations where name = ?', last);
    const before = rows(data);
    const env = { SIGNALBOX_SECRET_KEY: Buffer.alloc(32, 9).toString('hex') };
    await expect(startSignalbox(onData(data, { env }))).rejects.toMatchObject({ code: 'SECRET_KEY_WRONG' });
    expect(rows(data)).toEqual(before);
    expect(column(data, 'select id from session')).toHaveLength(1);
  });

  it('may come from the environment or a file of others; changing it there seals everything anew at the next start', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    const [first, second] = [1, 2].map((n) => Buffer.alloc(32, n).toString('hex')) as [string, string];
    const env = { SIGNALBOX_SECRET_KEY: first };
    {
      await using app = await startSignalbox(onData(data, { env }));
      await app.api.put('/api/objects/webhook/hook', { settings: { url: 'http://127.0.0.1:9/', auth } });
      expect(await app.api.request('POST', '/api/secrets:rotate')).toMatchObject({
        status: 409,
        body: { code: 'SECRET_KEY_FIXED', detail: expect.stringContaining('SIGNALBOX_SECRET_KEY_OLD') },
      });
    }
    const before = column(data, 'select id from secret_key');
    const file = join(folder.path, 'credential');
    writeFileSync(file, `${second}\n`, { mode: 0o400 });
    const changed = { SIGNALBOX_SECRET_KEY_FILE: file, SIGNALBOX_SECRET_KEY_OLD: first };
    await (await startSignalbox(onData(data, { env: changed })))[Symbol.asyncDispose]();
    const after = column(data, 'select id from secret_key');
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
    expect(filesWith(data, `v1.${before[0]!}.`)).toEqual([]);
    // The old one is needed no more.
    await using app = await startSignalbox(onData(data, { env: { SIGNALBOX_SECRET_KEY: second } }));
    expect((await auditLog(app.api, '&kind=key')).map(({ action, resource }) => [action, resource])).toEqual([
      ['rotated', expect.objectContaining({ kind: 'key', id: after[0] })],
    ]);
    expect((await app.api.get('/api/secrets')).body).toMatchObject({
      rotatable: false,
      unreadable: [],
      older: [],
    });
    expect(filesWith(data, 'One key a line')).toEqual([]);
  });
});
