import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, startApi, type ApiApp } from '../../test/support/api-app.ts';
import { commandLine } from '../../test/support/command-line.ts';
import { temporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.ts';

const password = 'seven horses in a row';

describe('signalbox tokens, users, login', () => {
  let api: ApiApp;
  let url: string;
  let home: TemporaryFolder;

  beforeAll(async () => {
    home = temporaryFolder();
    api = await startApi([], { adminToken });
    await api.app.listen(0, '127.0.0.1');
    url = await api.app.getUrl();
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    home[Symbol.dispose]();
  });

  /** With nobody at the terminal; `password` comes in by standard input. */
  const run = (args: string, env: NodeJS.ProcessEnv = { SIGNALBOX_TOKEN: adminToken }) =>
    commandLine(args.split(' '), {
      env: { SIGNALBOX_URL: url, XDG_CONFIG_HOME: home.path, ...env },
      prompt: undefined,
      input: () => Promise.resolve(password),
    });

  it('shows the key of the secrets, and changes it', async () => {
    const before = (await run('secrets status')).out;
    expect(before).toEqual([
      expect.stringMatching(/^key +[0-9a-f]{12} {2}since \d{4}-/),
      expect.stringMatching(/^from +memory$/),
    ]);
    const { code, out } = await run('secrets rotate');
    expect({ code, first: out[0] }).toEqual({ code: 0, first: 'rotated' });
    const [answer = ''] = (await run('secrets status --json')).out;
    const { key } = JSON.parse(answer) as { key: { id: string } };
    expect(out[1]).toContain(key.id);
    expect(before[0]).not.toContain(key.id);
  });

  it('makes, lists and revokes tokens', async () => {
    const made = await run('tokens create ci --scope ingest,read --expires 90d');
    expect(made).toMatchObject({ code: 0, out: [expect.stringMatching(/^sbx_/)] });
    const { out } = await run('tokens list');
    expect(out[0]).toMatch(/^NAME +SCOPES +LAST USED +EXPIRES +CREATED BY +ID$/);
    expect(out[1]).toMatch(/^ci +ingest,read +never +\d{4}-\S+ \S+ +token\/SIGNALBOX_ADMIN_TOKEN +\S+$/);
    const listed = JSON.parse((await run('tokens list --json')).out[0]!) as { items: object[] };
    expect(listed.items).toMatchObject([{ name: 'ci', scopes: ['ingest', 'read'] }]);
    expect(await run('tokens revoke ci')).toMatchObject({ code: 0, out: ['revoked  ci'] });
    expect(await run('tokens revoke ci')).toMatchObject({
      code: 3,
      err: ['error NOT_FOUND: there is no token ci', expect.anything()],
    });
    expect((await run('tokens list')).err).toEqual(['No tokens. Make one: signalbox tokens create']);
  });

  it.each([
    ['tokens create ci', "required option '--scope <scopes>' not specified"],
    ['tokens create ci --scope root', '"root" is not a scope; scopes are ingest, read, operate, admin.'],
    ['tokens create ci --scope read --expires later', 'It is a time, such as 2027-01-31, or 90d or 12h.'],
    ['users create --scope read', "missing required argument 'user'"],
    ['users delate x', 'Did you mean delete?'],
  ])('refuses %s with exit code 2', async (args, message) => {
    const { code, err } = await run(args);
    expect({ code, err: err.join('\n') }).toEqual({ code: 2, err: expect.stringContaining(message) });
  });

  it('makes and changes users, who log in and out', async () => {
    const none = {};
    expect(await run('users create alice --scope read --password-stdin')).toMatchObject({
      code: 0,
      out: ['created  alice (read)'],
    });
    expect((await run('users create bob --scope read')).err).toEqual([
      expect.stringMatching(/^password, shown only now: \S{24}$/),
    ]);
    expect((await run('users list')).out).toEqual([
      expect.stringMatching(/^NAME +SCOPES +STATE +LAST LOGIN$/),
      expect.stringMatching(/^alice +read +enabled +never$/),
      expect.stringMatching(/^bob +read +enabled +never$/),
    ]);
    expect(await run('users set-password bob --password-stdin')).toMatchObject({ code: 0 });
    expect(await run('users delete bob')).toMatchObject({ code: 0, out: ['deleted  bob'] });

    expect((await run('whoami', none)).err[0]).toContain('AUTH_REQUIRED');
    expect((await run('login --user alice', none)).err[0]).toBe(
      'error: nobody can be asked for a password here',
    );
    expect((await run('login --user alice --password-stdin', none)).out).toEqual([
      expect.stringMatching(/^logged in {2}as alice at http.*, until /),
    ]);
    const file = join(home.path, 'signalbox', 'credentials.json');
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await run('whoami', none)).out).toEqual([
      expect.stringMatching(/^user alice at .*: read, until /),
    ]);
    expect((await run('whoami')).out).toEqual([
      expect.stringMatching(/^token SIGNALBOX_ADMIN_TOKEN at .*: admin$/),
    ]);
    // It goes to its own address only.
    const elsewhere = { SIGNALBOX_URL: url.replace('127.0.0.1', 'localhost') };
    expect((await run('whoami', elsewhere)).err[0]).toContain('AUTH_REQUIRED');

    expect(await run('users disable alice')).toMatchObject({ code: 0 });
    expect((await run('whoami', none)).err[0]).toContain('AUTH_REQUIRED');
    expect(await run('users enable alice')).toMatchObject({ code: 0 });
    await run('login --user alice --password-stdin', none);
    expect((await run('logout', none)).out).toEqual([`logged out at ${url}`]);
    expect((await run('logout', none)).out).toEqual([`not logged in at ${url}`]);
    expect(api.identities.sessions.size).toBe(0);
    const kept = await run(`login --token ${adminToken}`, none);
    expect(kept.out).toEqual([expect.stringContaining('as SIGNALBOX_ADMIN_TOKEN')]);
    expect(await run('tokens list', none)).toMatchObject({ code: 0 });
  });

  it('tells what a log-in takes the place of, and what goes before it', async () => {
    const none = {};
    await run('users create carol --scope read --password-stdin');
    await run(`login --token ${adminToken}`, none);
    expect((await run('login --user carol --password-stdin', none)).err).toContainEqual(
      expect.stringMatching(/^It takes the place of the API token SIGNALBOX_ADMIN_TOKEN, which stays valid/),
    );
    expect(api.identities.sessions.size).toBe(1);
    // The session that nobody could end any more is ended.
    await run('login --user carol --password-stdin', none);
    expect(api.identities.sessions.size).toBe(1);

    const stale = { SIGNALBOX_TOKEN: 'sbx_of_another_signalbox' };
    expect((await run('login --user carol --password-stdin', stale)).err).toContain(
      'warning: SIGNALBOX_TOKEN is set and goes before the token that was just kept: unset SIGNALBOX_TOKEN',
    );
    expect(await run('whoami', stale)).toMatchObject({
      code: 4,
      err: [
        expect.stringContaining('AUTH_REQUIRED'),
        'what to do: The token is the one of the variable SIGNALBOX_TOKEN: correct it, or unset it to use what `signalbox login` has kept.',
      ],
    });
    expect((await run('whoami --token wrong', none)).err.at(-1)).toContain('the one of --token');
    await api.send('DELETE', '/api/users/carol');
    expect((await run('whoami', none)).err.at(-1)).toContain('is no longer accepted. Log in with');
  });

  it('never prints a token that cannot be one', async () => {
    for (const token of ['sbx_one\nsbx_two', 'sbx_one two', 'sbx_änders']) {
      const { code, out, err } = await run('runs', { SIGNALBOX_TOKEN: token });
      expect({ code, out, err }).toEqual({
        code: 4,
        out: [],
        err: [
          expect.stringContaining('the token has characters in it that no token has'),
          expect.stringContaining('The token is the one of the variable SIGNALBOX_TOKEN'),
        ],
      });
      expect(err.join()).not.toContain('sbx_');
    }
  });

  it('says of an API token that was kept what becomes of it', async () => {
    const none = {};
    await run(`login --token ${adminToken}`, none);
    expect(await run('logout', none)).toEqual({
      code: 0,
      out: [`logged out at ${url}`],
      err: [
        "It was the API token SIGNALBOX_ADMIN_TOKEN: it is forgotten here, and stays valid until it is revoked: signalbox tokens revoke 'SIGNALBOX_ADMIN_TOKEN'",
      ],
    });
    expect(await run('whoami')).toMatchObject({ code: 0 });
  });

  it('takes an API token from standard input or asks for it, and advises in words of the command line', async () => {
    const none = {};
    const piped = (token: string) =>
      commandLine(['login', '--token-stdin'], {
        env: { SIGNALBOX_URL: url, XDG_CONFIG_HOME: home.path },
        prompt: undefined,
        input: () => Promise.resolve(`${token}\n`),
      });
    expect((await piped(adminToken)).out).toEqual([expect.stringContaining('as SIGNALBOX_ADMIN_TOKEN')]);
    expect(await piped('sbx_wrong')).toMatchObject({
      code: 4,
      err: [
        expect.stringContaining('AUTH_REQUIRED'),
        expect.stringContaining(
          'what to do: Give an API token of this Signalbox, as `signalbox tokens create`',
        ),
      ],
    });
    expect((await run('login --token', none)).err.join()).toContain('signalbox login --token-stdin < FILE');
    const asked = await commandLine(['login', '--token'], {
      env: { SIGNALBOX_URL: url, XDG_CONFIG_HOME: home.path },
      prompt: {
        ask: () => Promise.reject(new Error('shows what is typed')),
        secret: (question) => Promise.resolve(question === 'API token: ' ? adminToken : ''),
      },
    });
    expect(asked.code).toBe(0);
  });

  it('collects scopes, however they are given', async () => {
    const made = await run('tokens create many --scope read --scope operate,read --json');
    expect(JSON.parse(made.out[0]!)).toMatchObject({ scopes: ['read', 'operate'] });
    await run('users create emil --scope read --scope operate --password-stdin');
    expect((await run('users patch emil --scope ingest --scope read')).out).toEqual([
      'changed  emil (ingest, read)',
    ]);
  });

  it.each(['90', '1990', '5/2030'])('takes --expires %s for no time', async (when) => {
    expect(await run(`tokens create later --scope read --expires ${when}`)).toMatchObject({
      code: 2,
      err: [expect.stringContaining('It is a time, such as 2027-01-31, or 90d or 12h.'), expect.anything()],
    });
  });

  it('changes what tokens and users may do', async () => {
    await run('tokens create half --scope read');
    expect((await run('tokens patch half --scope ingest --expires 90d')).out).toEqual([
      'changed  half (ingest)',
    ]);
    const forGood = await run('tokens patch half --expires never --json');
    expect(JSON.parse(forGood.out.join('\n'))).not.toHaveProperty('expiresAt');
    expect(await run('tokens patch half')).toMatchObject({ code: 2 });
    await run('users create dora --scope read --password-stdin');
    expect((await run('users patch dora --scope read,operate')).out).toEqual([
      'changed  dora (read, operate)',
    ]);
    expect((await run('users get dora')).out).toContain('enabled: true');
    const [etag = ''] = (await run('users get dora --etag')).out;
    expect((await run('users patch dora --scope read --dry-run')).out[0]).toBe('would be changed  dora');
    expect(await run(`users patch dora --scope read --if-match ${etag}`)).toMatchObject({ code: 0 });
    expect(await run(`users patch dora --scope operate --if-match ${etag}`)).toMatchObject({ code: 6 });
    expect(await run(`users delete dora --if-match ${etag}`)).toMatchObject({ code: 6 });
  });
});
