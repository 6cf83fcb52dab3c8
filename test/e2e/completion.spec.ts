import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLine } from '../support/command-line.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

const launcher = join(import.meta.dirname, '../../bin/signalbox.js');
const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
const where = (shell: string): typeof it => (has(shell) ? it : (it.skip as typeof it));

describe('completion', () => {
  let app: TestSignalbox;
  let bin: TemporaryFolder;

  beforeAll(async () => {
    bin = temporaryFolder();
    const file = bin.write('signalbox', `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
    chmodSync(file, 0o700);
    app = await startSignalbox({
      config: {
        objects: {
          'webhook/slack-ops': { settings: { url: 'http://127.0.0.1:9/' } },
          'vm/a:1': {},
          'vm/a b': {},
        },
        tasks: { 'tell-ops': { action: 'webhook.send', target: { object: 'slack-ops' } } },
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    bin[Symbol.dispose]();
  });

  /** Runs a script in a real shell that finds the command as `signalbox`. */
  async function shell(name: string, script: string, env: Record<string, string> = {}): Promise<string[]> {
    const { PATH = '' } = process.env;
    const child = spawn(name, ['-c', script], {
      env: {
        ...{ HOME: bin.path, LC_ALL: 'C.UTF-8', PATH: `${bin.path}${delimiter}${PATH}` },
        ...{ SIGNALBOX_URL: app.url, SIGNALBOX_TOKEN: app.token },
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect(err).toBe('');
    return out.split('\n').filter(Boolean);
  }

  /** As bash does when the key is pressed at the end of the line. */
  const bash = (line: string, env?: Record<string, string>) =>
    shell(
      'bash',
      `source <(signalbox completion bash)
       # Only bash itself may call it, while it completes.
       compopt() { echo "compopt $*"; }
       COMP_LINE='${line}' COMP_POINT=\${#COMP_LINE}
       _signalbox signalbox
       (( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"
       complete -p signalbox`,
      env,
    );
  const registered = 'complete -F _signalbox signalbox';

  where('bash')('in bash finds commands, options and the names of resources', async () => {
    expect(await bash('signalbox tas')).toEqual(['tasks', registered]);
    expect(await bash('signalbox  tasks ru')).toEqual(['run', registered]);
    expect(await bash('signalbox tasks run ')).toEqual(['tell-ops', registered]);
    expect(await bash('signalbox objects get web')).toEqual(['webhook/slack-ops', registered]);
    expect(await bash('signalbox runs --task ')).toEqual(['tell-ops', registered]);
    expect(await bash('signalbox runs --rea')).toEqual(['--reason', registered]);
    expect(await bash('signalbox emit vm.power_o')).toEqual(['vm.power_on', 'vm.power_off', registered]);
  });

  where('bash')('in bash keeps what bash takes for words of their own, and quotes what it must', async () => {
    expect(await bash('signalbox objects get vm/a')).toEqual(['vm/a\\ b', 'vm/a:1', registered]);
    // Bash replaces only what is behind the colon.
    expect(await bash('signalbox objects get vm/a:')).toEqual(['1', registered]);
    expect(await bash('signalbox runs --task=te')).toEqual(['tell-ops', registered]);
    expect(await bash('signalbox objects create -f ')).toEqual(['compopt -o default', registered]);
  });

  where('bash')('in bash finds no names, and says nothing, without a server or a token', async () => {
    expect(await bash('signalbox tasks run ', { SIGNALBOX_URL: 'http://127.0.0.1:9' })).toEqual([registered]);
    expect(await bash('signalbox tasks run ', { SIGNALBOX_TOKEN: 'wrong' })).toEqual([registered]);
  });

  where('fish')('in fish does, too', async () => {
    const fish = (line: string) => shell('fish', `signalbox completion fish | source; complete -C '${line}'`);
    expect(await fish('signalbox tas')).toEqual([expect.stringMatching(/^tasks\tShow, make/)]);
    expect(await fish('signalbox tasks run ')).toEqual(['tell-ops']);
    expect(await fish('signalbox objects get vm/a:')).toEqual([expect.stringMatching(/^vm\/a:1/)]);
  });

  where('zsh')('for zsh is a script that zsh reads', async () => {
    const file = join(bin.path, '_signalbox');
    expect(await shell('zsh', `signalbox completion zsh > '${file}' && zsh -n '${file}' && echo ok`)).toEqual(
      ['ok'],
    );
  });

  it.each<[string[], string[]]>([
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [
      ['runs', '--state', 'failed', '--sort', '-t'],
      ['-time', '-task'],
    ],
    [['export', '--secrets=m'], ['--secrets=mask']],
    [['tasks', 'run', 'tell-ops', ''], []],
    [['runs', 'retry', 'x', '--re'], ['--reason']],
    [['events', '--source', ''], []],
    [['nothing', ''], []],
  ])('offers for %j what fits', async (words, values) => {
    const { code, out } = await commandLine(['__complete', '--', ...words]);
    expect({ code, values: out.map((line) => line.split('\t')[0]) }).toEqual({ code: 0, values });
  });

  it('is refused for a shell that it does not know', async () => {
    const { code, err } = await commandLine(['completion', 'tcsh']);
    expect({ code, err: err[0] }).toEqual({ code: 2, err: expect.stringContaining('bash, zsh, fish') });
  });
});
