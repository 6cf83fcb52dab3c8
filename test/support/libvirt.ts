import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);

const path = [process.env['PATH'] ?? '', '/usr/sbin'].join(':');

/** Whether this machine has libvirt's daemon and virsh: Debian's packages `libvirt-daemon` and `libvirt-clients`, say. */
export const hasLibvirt = ['libvirtd', 'virsh'].every(
  (program) => spawnSync(program, ['--version'], { env: { ...process.env, PATH: path } }).status === 0,
);

/** A real libvirt with its own test driver: domains in memory, among them `test`, which is running. */
export interface Libvirt extends AsyncDisposable {
  readonly uri: string;
  /** Calls virsh by hand; gives what it prints. */
  virsh(...args: readonly string[]): Promise<string>;
  /** Adds a domain that is off; gives its UUID. */
  define(name: string): Promise<string>;
  /** Ends the daemon; `start` starts it again, with nothing but `test`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startLibvirt(): Promise<Libvirt> {
  const folder = temporaryFolder();
  const config = folder.write(
    'libvirtd.conf',
    [
      `unix_sock_dir = "${folder.path}"`,
      ...['auth_unix_ro = "none"', 'auth_unix_rw = "none"', 'log_outputs = "3:stderr"', ''],
    ].join('\n'),
  );
  const uri = `test+unix:///default?socket=${join(folder.path, 'libvirt-sock')}`;
  const own = Object.fromEntries(
    ['HOME', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME'].map((name) => [
      name,
      folder.path,
    ]),
  );
  // An empty folder of drivers: nothing of the machine itself is touched, the test driver is built in.
  const env = {
    ...process.env,
    ...own,
    PATH: path,
    LC_ALL: 'C',
    LIBVIRT_DRIVER_DIR: join(folder.path, 'none'),
  };
  const virsh = async (...args: readonly string[]): Promise<string> =>
    (await run('virsh', ['-q', '-c', uri, ...args], { env })).stdout.trim();

  let stop = (): Promise<void> => Promise.resolve();
  const start = async (): Promise<void> => {
    const daemon = new Child('libvirtd', ['--config', config, '--pid-file', join(folder.path, 'pid')], env);
    stop = () => daemon.stop();
    try {
      await waitFor(
        () =>
          virsh('uri').then(
            () => true,
            () => false,
          ),
        () => `libvirtd to be ready:\n${daemon.log}`,
      );
      // The domains are there as long as anybody is connected.
      const connected = new Child('virsh', ['-q', '-c', uri, 'uri; event --loop --event lifecycle'], env);
      stop = async () => {
        await connected.stop();
        await daemon.stop();
      };
      await waitFor(
        () => connected.log.includes(uri),
        () => `a connection:\n${connected.log}`,
      );
    } catch (error) {
      await stop();
      throw error;
    }
  };
  await start();
  return {
    uri,
    virsh,
    async define(name) {
      const escaped = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      const file = folder.write(
        'domain.xml',
        `<domain type='test'><name>${escaped}</name><memory>1024</memory><os><type>hvm</type></os></domain>`,
      );
      await virsh('define', file);
      const lines = (await virsh('list', '--all', '--uuid', '--name')).split('\n');
      return lines.find((line) => line.slice(37).trim() === name)!.slice(0, 36);
    },
    start,
    stop: () => stop(),
    async [Symbol.asyncDispose]() {
      await stop();
      folder[Symbol.dispose]();
    },
  };
}

/** A program that runs until it is stopped. */
class Child {
  log = '';
  readonly #child;
  readonly #ended;

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    for (const output of [this.#child.stdout, this.#child.stderr])
      output.setEncoding('utf8').on('data', (text: string) => (this.log += text));
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
