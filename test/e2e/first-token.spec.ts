import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.ts';
import { startServer } from '../support/command.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

const adminToken = 'an-admin-token-of-an-automated-install';

/** `signalbox start` with its data inside this folder. */
const start = (folder: TemporaryFolder, env = {}) =>
  startServer(['--data', 'data'], { cwd: folder.path, env });

const status = async (url: string, token: string | undefined): Promise<number> =>
  (await new ApiClient(url, token).get('/api/tasks')).status;

const tokenIn = (text: string): string | undefined => /sbx_[\w-]{43}/.exec(text)?.[0];

describe('the admin token', () => {
  it('is made and printed by the first start only, stays valid, and is stored as a hash', async () => {
    using folder = temporaryFolder();
    let token: string | undefined;
    {
      await using server = await start(folder);
      await server.printed(/signalbox emit/);
      token = tokenIn(server.out);
      expect(server.out).toContain('There was no token yet. The admin token, shown only now:');
      expect(await status(server.url, token)).toBe(200);
      expect(await status(server.url, undefined)).toBe(401);
      expect(await status(server.url, `${token!}x`)).toBe(401);
      expect(await server.stop()).toBe(0);
    }
    for (const name of readdirSync(join(folder.path, 'data'))) {
      const content = readFileSync(join(folder.path, 'data', name), 'latin1');
      expect({ name, hasToken: content.includes(token!.slice(4)) }).toEqual({ name, hasToken: false });
    }

    await using again = await start(folder);
    expect(await status(again.url, token)).toBe(200);
    expect(await again.stop()).toBe(0);
    expect(tokenIn(again.out + again.err)).toBeUndefined();
    expect(again.out).not.toContain('admin token');
  });

  it('is that of SIGNALBOX_ADMIN_TOKEN, if it is set; then none is made or shown', async () => {
    using folder = temporaryFolder();
    {
      await using server = await start(folder, { SIGNALBOX_ADMIN_TOKEN: adminToken });
      expect(await status(server.url, adminToken)).toBe(200);
      expect(await status(server.url, 'another-token-of-an-install')).toBe(401);
      await server.stop();
      expect(tokenIn(server.out + server.err)).toBeUndefined();
      expect(server.out + server.err).not.toContain(adminToken);
    }
    // It is kept nowhere: without the variable, this is the first start.
    await using again = await start(folder);
    await again.printed(/signalbox emit/);
    expect(await status(again.url, adminToken)).toBe(401);
    expect(await status(again.url, tokenIn(again.out))).toBe(200);
  });
});
