import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isRunning } from '../../../test/support/is-running.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { PermanentError } from '../errors.ts';
import { runProgram, type RunLimits } from './run-program.ts';

/** Runs a line of shell, which stands for any program. */
function shell(line: string, { env = {}, ...limits }: Partial<RunLimits> & { env?: object } = {}) {
  const program = { file: '/bin/sh', args: ['-c', line], env: { PATH: '/usr/bin:/bin', ...env } };
  return runProgram(program, { timeoutMs: 10_000, ...limits });
}

describe('a program', () => {
  it('gives its exit code and what it has written', async () => {
    expect(await shell('echo out; echo err >&2; exit 3')).toEqual({
      code: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    });
    expect(await shell('kill -9 $$')).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('gets its arguments as they are', async () => {
    const args = ['%s|', 'a b', '$HOME', '; echo x', ''];
    const { stdout } = await runProgram(
      { file: 'printf', args, env: { PATH: '/usr/bin' } },
      { timeoutMs: 9e3 },
    );
    expect(stdout).toBe('a b|$HOME|; echo x||');
  });

  it('sees no other variables than it is given, and no input', async () => {
    const { stdout } = await shell('env; cat', { env: { COLOUR: 'red' } });
    expect(stdout).toContain('COLOUR=red\n');
    expect(stdout).not.toContain('HOME=');
  });

  it('may write more than is kept', async () => {
    const result = await shell('yes | head -c 3000000', { maxOutputBytes: 10 });
    expect(result).toMatchObject({ code: 0, stdout: 'y\ny\ny\ny\ny\n', truncated: true });
  });

  it('that is not there fails for good', async () => {
    const running = runProgram({ file: '/no/such', args: [], env: {} }, { timeoutMs: 1_000 });
    await expect(running).rejects.toBeInstanceOf(PermanentError);
    await expect(running).rejects.toThrow('/no/such cannot be started: there is no such program');
  });
});

describe('a program that does not end', () => {
  it.each([
    ['is ended with all that it has started', 'sleep 60 & echo $! > pids; echo $$ >> pids; wait'],
    ['is ended when it does not listen', "trap '' TERM; echo $$ > pids; while :; do sleep 1; done"],
  ])('%s', async (_, line) => {
    using folder = temporaryFolder();
    const running = shell(`cd ${folder.path}; ${line}`, { timeoutMs: 300 });
    await expect(running).rejects.toThrow('/bin/sh had not ended after 0.3 s, and was ended');
    const pids = readFileSync(`${folder.path}/pids`, 'utf8').trim().split('\n').map(Number);
    await waitFor(
      () => !pids.some(isRunning),
      () => 'the end of all of them',
    );
  });

  it('is ended when it is no longer wanted', async () => {
    using folder = temporaryFolder();
    const abort = new AbortController();
    const running = shell(`touch ${folder.path}/begun; sleep 60`, { signal: abort.signal });
    await waitFor(
      () => existsSync(`${folder.path}/begun`),
      () => 'its beginning',
    );
    abort.abort(new Error('no longer'));
    await expect(running).rejects.toThrow('no longer');
    await expect(shell('true', { signal: abort.signal })).rejects.toThrow('no longer');
  });
});
