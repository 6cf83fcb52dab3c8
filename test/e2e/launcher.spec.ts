import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const folder = mkdtempSync(join(tmpdir(), 'signalbox-launcher-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Makes the process that loads it first, and only that one, believe that it is an old Node.js. */
const pretendOld = join(folder, 'old.cjs');
writeFileSync(
  pretendOld,
  `if (process.env.PRETEND_OLD) {
    delete process.env.PRETEND_OLD;
    Object.defineProperty(process.versions, 'node', { value: '20.20.2' });
  }`,
);

// What it prints last tells the test that it is ready for a signal.
const main = `
  if (process.argv[2] === 'fail') process.exitCode = 7;
  if (process.argv[2] === 'wait') {
    setInterval(() => undefined, 1000);
    for (const signal of ['SIGTERM', 'SIGINT'])
      process.once(signal, () => { console.log(signal); process.exit(0); });
  }
  console.log(JSON.stringify({ node: process.versions.node, args: process.argv.slice(2) }));
  if (process.argv[2] === 'crash') process.kill(process.pid, 'SIGKILL');`;

/** A checkout with the real launcher and what it may or may not find beside it. */
function checkout({ built = true, bundled = true } = {}): string {
  const root = mkdtempSync(join(folder, 'checkout-'));
  writeFileSync(join(root, 'package.json'), '{"type": "module"}');
  cpSync(join(import.meta.dirname, '../../bin'), join(root, 'bin'), { recursive: true });
  if (built) write(join(root, 'dist/src'), 'main.js', main);
  if (bundled) {
    const carrier = join(root, 'node_modules', `node-${process.platform}-${process.arch}`);
    write(carrier, 'package.json', '{"version": "24.0.0"}');
    mkdirSync(join(carrier, 'bin'));
    symlinkSync(process.execPath, join(carrier, 'bin/node'));
  }
  return root;
}

function write(path: string, name: string, content: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, name), content);
}

function launch(root: string, args: readonly string[], { old = true } = {}): ChildProcess {
  return spawn(process.execPath, ['--require', pretendOld, join(root, 'bin/signalbox.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(old && { PRETEND_OLD: '1' }) },
  });
}

async function result(child: ChildProcess) {
  const [out, err, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'exit') as Promise<[number | null, string | null]>,
  ]);
  return { code, signal, out, err };
}

const started = { node: process.versions.node, args: ['emit', 'a b', '--data', '{}'] };

describe('the launcher', () => {
  it('runs the server on a Node.js that is new enough', async () => {
    const { code, out } = await result(launch(checkout({ bundled: false }), started.args, { old: false }));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(started);
  });

  it('says how to build what is not built', async () => {
    const { code, err } = await result(launch(checkout({ built: false }), [], { old: false }));
    expect(code).toBe(1);
    expect(err).toBe('Signalbox is not built yet.\nRun: npm run build\n');
  });
});

// What is bundled for Windows is a file of another form, and Windows knows no signals.
const onUnix = process.platform === 'win32' ? describe.skip : describe;

onUnix('the launcher on a Node.js that is too old', () => {
  it('hands over to the one that npm brought along, with every argument', async () => {
    const { code, out } = await result(launch(checkout(), started.args));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(started);
  });

  it('passes the exit code on', async () => {
    expect(await result(launch(checkout(), ['fail']))).toMatchObject({ code: 7, signal: null });
  });

  it('ends by the signal that ended the other', async () => {
    expect(await result(launch(checkout(), ['crash']))).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('passes SIGTERM on and waits for the end', async () => {
    const child = launch(checkout(), ['wait']);
    child.stdout!.once('data', () => child.kill('SIGTERM'));
    const { code, out } = await result(child);
    expect(code).toBe(0);
    expect(out).toContain('SIGTERM');
  });

  it('says what to do if npm brought none', async () => {
    const { code, err } = await result(launch(checkout({ bundled: false }), []));
    expect(code).toBe(1);
    expect(err).toContain('Signalbox needs Node.js 22.18 or newer');
    expect(err).toContain('npm ci --include=optional');
  });
});
