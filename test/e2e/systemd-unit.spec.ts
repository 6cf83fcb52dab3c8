import { describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const root = join(import.meta.dirname, '../..');
const unit = readFileSync(join(root, 'config/systemd/signalbox.service'), 'utf8');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const onUnix = process.platform === 'win32' ? it.skip : it;

/** The unit with its places moved here. */
function moved(folder: string): string {
  return unit
    .replace('/opt/signalbox/node_modules/.bin/node', process.execPath)
    .replaceAll('/opt/signalbox', root)
    .replaceAll('/etc/signalbox', join(folder, 'etc'))
    .replaceAll('/var/lib/signalbox', join(folder, 'data'));
}

describe('config/systemd/signalbox.service', () => {
  onUnix('starts Signalbox, and SIGTERM ends it well', async () => {
    using folder = temporaryFolder();
    cpSync(join(root, 'config/signalbox.yaml'), join(folder.path, 'etc/signalbox.yaml'));
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(moved(folder.path)) ?? [];
    const [file = '', ...args] = command.split(' ');
    const [port = ''] = await freePorts(1);
    const server = spawn(file, args, {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], SIGNALBOX_PORT: port, SIGNALBOX_LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let printed = '';
    server.stdout.on('data', (part: Buffer) => (printed += part.toString()));
    const exited = once(server, 'exit');
    await waitFor(
      () => printed.includes('signalbox setup'),
      () => `the setup token in: ${printed}`,
    );
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
    server.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  (hasSystemd ? it : it.skip)('is one that systemd accepts', () => {
    using folder = temporaryFolder();
    const file = folder.write('signalbox.service', moved(folder.path));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
