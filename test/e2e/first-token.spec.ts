import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.ts';
import { signalbox, startServer } from '../support/command.ts';
import { problem } from '../support/problem.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

const adminToken = 'an-admin-token-of-an-automated-install';
const password = 'seven horses in a row';

/** `signalbox start` with its data inside this folder. */
const start = (folder: TemporaryFolder, env = {}) =>
  startServer(['--data', 'data'], { cwd: folder.path, env });

const status = async (url: string, token: string | undefined): Promise<number> =>
  (await new ApiClient(url, token).get('/api/tasks')).status;

const setupTokenIn = (text: string): string | undefined => /sbsetup_[\w-]{43}/.exec(text)?.[0];

describe('the first start', () => {
  it('prints a setup token, with which one person makes the first user and an API token, stored as hashes', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'data', 'setup-token');
    let unclaimed: string | undefined;
    {
      await using server = await start(folder);
      await server.printed(/signalbox setup/);
      unclaimed = setupTokenIn(server.out);
      expect(server.out).toContain(`npx signalbox setup --url ${server.url} ${unclaimed!}`);
      expect(readFileSync(file, 'utf8')).toBe(`${unclaimed!}\n`);
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    }

    let token: string;
    {
      await using server = await start(folder);
      await server.printed(/signalbox setup/);
      const setupToken = setupTokenIn(server.out);
      expect(setupToken).not.toBe(unclaimed);
      const api = new ApiClient(server.url, undefined);
      expect(await api.get('/health/live')).toMatchObject({ status: 200 });
      expect(await api.get('/api/tasks')).toMatchObject(problem('SETUP_REQUIRED'));
      expect(await new ApiClient(server.url, unclaimed).get('/api/tasks')).toMatchObject(
        problem('SETUP_REQUIRED'),
      );
      const claim = { setupToken: unclaimed, name: 'eve', password };
      expect(await api.request('POST', '/api/setup', claim)).toMatchObject(problem('SETUP_REFUSED'));

      // In the folder of the server, with nobody to ask for a password.
      const env = { SIGNALBOX_URL: server.url, XDG_CONFIG_HOME: join(folder.path, 'config') };
      const command = (...args: string[]) => signalbox(args, { cwd: folder.path, env }).ended;
      const setup = await command('setup', '--user', 'alice', '--json');
      expect(setup).toMatchObject({ code: 0, err: '' });
      const made = JSON.parse(setup.out) as { user: string; password: string; token: string; file: string };
      expect(made).toMatchObject({ user: 'alice', token: expect.stringMatching(/^sbx_[\w-]{43}$/) });
      token = made.token;
      if (process.platform !== 'win32') expect(statSync(made.file).mode & 0o777).toBe(0o600);
      expect(existsSync(file)).toBe(false);
      expect(await status(server.url, token)).toBe(200);
      expect(await status(server.url, undefined)).toBe(401);
      expect(await status(server.url, `${token}x`)).toBe(401);
      const again = { setupToken, name: 'eve', password };
      expect(await api.request('POST', '/api/setup', again)).toMatchObject(problem('CONFLICT'));
      const login = { user: 'alice', password: made.password };
      expect(await api.request('POST', '/api/session', login)).toMatchObject({ status: 201 });

      // Later commands find the token by themselves.
      expect((await command('whoami')).out).toMatch(/^token setup on .*: admin\n$/);
      expect(await server.stop()).toBe(0);
    }
    for (const name of readdirSync(join(folder.path, 'data'))) {
      const content = readFileSync(join(folder.path, 'data', name), 'latin1');
      expect({ name, hasToken: content.includes(token.slice(4)) }).toEqual({ name, hasToken: false });
    }

    await using later = await start(folder);
    expect(await status(later.url, token)).toBe(200);
    expect(await later.stop()).toBe(0);
    expect(setupTokenIn(later.out + later.err)).toBeUndefined();
    expect(later.out).not.toContain('signalbox setup');
    expect(existsSync(file)).toBe(false);
    // Three servers and two commands, one after the other.
  }, 90_000);

  it('needs no setup with SIGNALBOX_ADMIN_TOKEN; then none is made or shown', async () => {
    using folder = temporaryFolder();
    {
      await using server = await start(folder, { SIGNALBOX_ADMIN_TOKEN: adminToken });
      expect(await status(server.url, adminToken)).toBe(200);
      expect(await status(server.url, 'another-token-of-an-install')).toBe(401);
      await server.stop();
      expect(setupTokenIn(server.out + server.err)).toBeUndefined();
      expect(server.out + server.err).not.toContain(adminToken);
    }
    // It is kept nowhere: without the variable, this is the first start.
    await using again = await start(folder);
    await again.printed(/signalbox setup/);
    expect(await status(again.url, adminToken)).toBe(403);
  });
});
