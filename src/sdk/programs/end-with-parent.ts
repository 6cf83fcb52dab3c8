import { spawn } from 'node:child_process';

/** It waits for the end of its input, which comes when nobody holds the other end any more, and ends the group then. */
const script = 'read -r _; kill -s TERM -- "-$1"';

/**
 * Has the process group `pid` ended (SIGTERM) when this process is gone, however it went: nobody can act on a SIGKILL, but
 * the system closes its pipes. To be called off once the group has ended by itself. Without a `/bin/sh` nothing is watched.
 */
export function endWithParent(pid: number): () => void {
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
    // What ends the group of this process, as a terminal does, leaves it to its work.
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  return () => {
    // Before its input ends, or it would send its signal.
    watcher.kill('SIGKILL');
  };
}
