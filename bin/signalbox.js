#!/usr/bin/env node
/*
 * The `signalbox` command. Signalbox needs a newer Node.js than many machines have, so npm installs one beside it; when
 * an older Node.js runs this file, it hands over to that one. Everything here must therefore run on old versions.
 */
import { spawn } from 'child_process';
import { existsSync } from 'fs';
import { createRequire } from 'module';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const needed = [22, 18];
const here = fileURLToPath(import.meta.url);
const server = new URL('../dist/src/main.js', import.meta.url);

/**
 * V8 lets the space for young objects grow to 100 MB and keeps it. The server is as fast with this little (MiB), and
 * idles at three quarters of the memory.
 */
const heap = '--max-semi-space-size=4';

if (!isNewEnough(process.versions.node)) handOver();
else if (process.argv[2] === 'start' && !process.execArgv.includes(heap) && process.execve) replaceProcess();
else if (!existsSync(fileURLToPath(server))) giveUp('Signalbox is not built yet.', 'Run: npm run build');
else import(server.href);

function isNewEnough(version) {
  const parts = version.split('.').map(Number);
  return parts[0] > needed[0] || (parts[0] === needed[0] && parts[1] >= needed[1]);
}

/** The same process goes on with other options for Node.js; where that is not possible, it goes on without them. */
function replaceProcess() {
  const args = [process.execPath].concat(process.execArgv, heap, here, process.argv.slice(2));
  process.execve(process.execPath, args, process.env);
}

function handOver() {
  const node = bundledNode();
  if (node === undefined) {
    giveUp(
      `Signalbox needs Node.js ${needed.join('.')} or newer; this is ${process.version}, and no newer one is installed beside it.`,
      'Install Node.js 24 from https://nodejs.org, or let npm bring it along: npm ci --include=optional',
    );
    return;
  }
  const child = spawn(node, process.execArgv.concat(heap, here, process.argv.slice(2)), { stdio: 'inherit' });
  child.on('error', (error) => giveUp(`${node} cannot be run: ${error.message}`, 'Run: npm ci'));
  const forward = forwardSignals(child);
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code === null ? 1 : code);
    // Ended by a signal: whoever started this process must see the same.
    for (const name of Object.keys(forward)) process.removeListener(name, forward[name]);
    process.kill(process.pid, signal);
  });
}

/** Path of the Node.js binary that the optional dependency for this platform carries; undefined if there is none. */
function bundledNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/package.json`);
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

function forwardSignals(child) {
  // A terminal sends Ctrl-C to both processes; passed on as well, it would count as a second, impatient one.
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const forward = {
    SIGINT: () => inTerminal || child.kill('SIGINT'),
    SIGTERM: () => child.kill('SIGTERM'),
    SIGHUP: () => child.kill('SIGHUP'),
  };
  for (const name of Object.keys(forward)) process.on(name, forward[name]);
  return forward;
}

function giveUp(problem, remedy) {
  console.error(`${problem}\n${remedy}`);
  process.exitCode = 1;
}
