import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.ts';
import { signalbox, startServer } from '../support/command.ts';
import { freePort } from '../support/servers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const token = 'an-admin-token-of-an-automated-install';
const checkout = join(import.meta.dirname, '../..');

describe('signalbox start', () => {
  it('runs with the configuration that comes with it', async () => {
    using folder = temporaryFolder();
    const config = join(checkout, 'config/signalbox.yaml');
    await using server = await startServer(['--config', config, '--data', folder.path], {
      env: { SIGNALBOX_ADMIN_TOKEN: token },
    });
    const [, configuration] = await server.printed(/configuration {2}(.+)\n/);
    expect(configuration).toBe(config);
    const api = new ApiClient(server.url, token);
    const { id, runs } = await api.publish({ type: 'vm.power_on', object: 'gpu-01' });
    expect(runs).toBe(1);
    // Its webhook is one's own to fill in and to switch on.
    expect(await api.runsOf(id)).toMatchObject([
      { state: 'held', reason: 'target_disabled', task: { id: 'tell-chat' } },
    ]);
    expect(await server.stop()).toBe(0);
  });

  it('runs without any configuration, and says so', async () => {
    using folder = temporaryFolder();
    await using server = await startServer([], { cwd: folder.path, env: { SIGNALBOX_ADMIN_TOKEN: token } });
    await server.printed(/configuration {2}built-in defaults/);
    const api = new ApiClient(server.url, token);
    await api.emit({ type: 'vm.power_on', object: 'gpu-01' });
    await server.stop();
    expect(existsSync(join(folder.path, 'data/signalbox.db'))).toBe(true);
  });

  it('takes the command line before the environment, the environment before the file', async () => {
    using folder = temporaryFolder();
    const [ofFile, ofEnvironment, ofCommandLine] = [await freePort(), await freePort(), await freePort()];
    const config = folder.write(
      'my.yaml',
      stringify({ server: { port: ofFile }, data: './of-file', log: { level: 'silent' } }),
    );
    const listening = async (args: readonly string[], env: Record<string, string>) => {
      await using command = signalbox(['start', ...args], { cwd: folder.path, env });
      const [, url] = await command.printed(/listens on (\S+)/);
      const [, data = ''] = await command.printed(/data +(\S+)/);
      return { port: Number(new URL(url ?? '').port), data: data.slice(folder.path.length + 1) };
    };
    const environment = { SIGNALBOX_CONFIG: config, SIGNALBOX_PORT: String(ofEnvironment) };
    expect(await listening([], environment)).toEqual({ port: ofEnvironment, data: 'of-file' });
    expect(
      await listening(['--port', String(ofCommandLine)], {
        ...environment,
        SIGNALBOX_DATA: 'of-environment',
      }),
    ).toEqual({ port: ofCommandLine, data: 'of-environment' });
  });

  it('tells everything that is wrong with its place, and exits with 1', async () => {
    using folder = temporaryFolder();
    const config = folder.write(
      'wrong.yaml',
      [
        'server:',
        '  prot: 4280',
        'objects:',
        '  webhook/ops:',
        '    settings:',
        '      url: https://example.com',
        '      timeout: 1',
        '      auth: { type: bearer, token: "${env:NOT_SET}" }',
        'tasks:',
        '  tell:',
        '    action: webhook.send',
        '    target: { object: nobody }',
        '    settings: { message: "${WHO}" }',
        'triggers:',
        '  on: { event: vm.flown, task: tell }',
        '',
      ].join('\n'),
    );
    await using command = signalbox(['start', '--config', config], {
      cwd: folder.path,
      env: { SIGNALBOX_LOG_LEVEL: 'loud' },
    });
    const { code, out, err } = await command.ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('CONFIG_INVALID');
    expect(err).toContain('wrong.yaml:2:3 server.prot: unknown key (did you mean "port"?)');
    expect(err).toContain('wrong.yaml:8:36 objects.webhook/ops.settings.auth.token');
    expect(err).toContain('NOT_SET');
    expect(err).toContain('environment variable SIGNALBOX_LOG_LEVEL log.level: must be one of "debug"');
    expect(err).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder.path, 'data'))).toBe(false);
  });

  it('says who has the port or the data folder, and exits with 1', async () => {
    using folder = temporaryFolder();
    await using server = await startServer(['--data', 'data'], { cwd: folder.path });
    const { port } = new URL(server.url);
    await using samePort = signalbox(['start', '--port', port, '--data', 'other'], { cwd: folder.path });
    await using sameData = signalbox(['start', '--port', '0', '--data', 'data'], { cwd: folder.path });
    const [first, second] = await Promise.all([samePort.ended, sameData.ended]);
    expect(first).toMatchObject({
      code: 1,
      err: `error: cannot listen on 127.0.0.1 port ${port}: another process listens there already\nwhat to do: Choose another port or address: --port and --host, or server.port and server.host.\n`,
    });
    expect(second).toMatchObject({
      code: 1,
      err: `error STORAGE_UNAVAILABLE: ${folder.path}/data/signalbox.db is in use by another Signalbox process: stop it, or choose another data folder\n`,
    });
  });

  it('says what is wrong with the admin token or the address of the database, in two lines at most', async () => {
    using folder = temporaryFolder();
    const port = String(await freePort());
    const failing = async (env: Record<string, string>) => {
      await using command = signalbox(['start', '--port', '0'], { cwd: folder.path, env });
      return await command.ended;
    };
    const [shortToken, noDatabase] = await Promise.all([
      failing({ SIGNALBOX_ADMIN_TOKEN: 'short' }),
      failing({ SIGNALBOX_STORE_URL: `postgresql://me:secret@127.0.0.1:${port}/box` }),
    ]);
    expect({ ...shortToken, out: errorsIn(shortToken.out) }).toEqual({
      code: 1,
      out: [],
      err: 'error CONFIG_INVALID: SIGNALBOX_ADMIN_TOKEN: must be at least 16 characters, got 5\nwhat to do: Set it to a long random text: SIGNALBOX_ADMIN_TOKEN=$(openssl rand -hex 32)\n',
    });
    expect({ ...noDatabase, out: errorsIn(noDatabase.out) }).toEqual({
      code: 1,
      out: [],
      err: `error STORAGE_UNAVAILABLE: no PostgreSQL answers at 127.0.0.1:${port} (ECONNREFUSED): start it, or correct the address in store.url\n`,
    });
  });
});

/** Lines of the log that tell of an error. */
function errorsIn(out: string): readonly string[] {
  return out.split('\n').filter((line) => line.includes('"level":50'));
}
