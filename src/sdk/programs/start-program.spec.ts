import { expect, it } from '@jest/globals';
import { built } from '../../../test/contract/node-process.ts';
import { isRunning } from '../../../test/support/is-running.ts';
import { killOnceReady } from '../../../test/support/killed-parent.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { startProgram } from './start-program.ts';

const shell = (line: string) => ({
  ...{ file: '/bin/sh', args: ['-c', line], env: { PATH: '/usr/bin:/bin' } },
});
const options = { endsWithSignalbox: true };

/** Kills a process that has started a line of shell; gives what else was running then. */
function killStarter(line: string, endsWithSignalbox: boolean): Promise<readonly number[]> {
  return killOnceReady(`
    import { startProgram } from ${JSON.stringify(built('src/sdk/index.js'))};
    const { stdout } = startProgram(${JSON.stringify(shell(line))}, ${JSON.stringify({ endsWithSignalbox })});
    stdout.pipe(process.stdout);
  `);
}

it('a program that ends with Signalbox is ended, with all that it has started, when that is killed', async () => {
  const pids = await killStarter('sleep 60 & echo ready; wait', true);
  // The shell, the sleep, and who watches them.
  expect(pids).toHaveLength(3);
  await waitFor(
    () => !pids.some(isRunning),
    () => `the end of ${pids.join(', ')}`,
  );
});

it('any other program comes to its end', async () => {
  const pids = await killStarter('echo ready; exec sleep 60', false);
  expect(pids.map(isRunning)).toEqual([true]);
  for (const pid of pids) process.kill(pid);
});

it('a program that ends with Signalbox may end by itself, or be stopped', async () => {
  expect(await startProgram(shell('exit 3'), options).ended).toEqual({ code: 3, signal: null });
  const sleeping = startProgram(shell('exec sleep 60'), options);
  await sleeping.stop();
  expect(await sleeping.ended).toEqual({ code: null, signal: 'SIGTERM' });
});
