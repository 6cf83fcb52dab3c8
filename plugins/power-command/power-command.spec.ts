import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  accountDriver,
  PermanentError,
  powerDriver,
  RetryableError,
  UnknownOutcomeError,
  type PowerAction,
} from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import { failureOf, powerActions, vmNamed } from '../../test/support/power-driver.ts';
import { temporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.ts';
import plugin from './index.ts';
import { commandSettings } from './settings.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  folder[Symbol.dispose]();
});

function script(...lines: readonly string[]): string {
  const file = folder.write('program', ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

const never = new AbortController().signal;

interface Options {
  readonly settings: object;
  readonly programs?: readonly string[];
}

async function start({ settings, programs = [`${folder.path}/program`] }: Options) {
  const started = await startPlugin(plugin, {
    settings: { programs: [...programs] },
    objects: [{ type: 'command', key: 'lab', settings: commandSettings.parse(settings) }],
  });
  const driver = started.extension(powerDriver, 'command');
  return {
    started,
    power: (action: PowerAction, id = 'gpu-01') => driver.power(action, vmNamed(id), never),
    state: (id = 'gpu-01') => driver.state(vmNamed(id), never),
    accounts: started.extension(accountDriver, 'command'),
    [Symbol.asyncDispose]: () => started.stop(),
  };
}

/** What the script `printf '%s|' "$@"` has got. */
const argumentsOf = async (args: readonly string[], id: string): Promise<unknown> => {
  const program = script(`printf '%s|' "$@"`);
  await using lab = await start({ settings: { kill: [program, ...args] } });
  return await lab.power('kill', id);
};

describe('an action', () => {
  it.each([...powerActions, 'enable', 'disable'] as const)('%s runs its own command', async (action) => {
    const program = script('echo "$@"');
    const lines = [...powerActions, 'enable', 'disable'].map((name) => [name, [program, name, '${action}']]);
    await using lab = await start({ settings: Object.fromEntries(lines) as object });
    const done =
      action === 'enable' || action === 'disable'
        ? lab.accounts.account(action, vmNamed('jo', { type: 'user' }), never)
        : lab.power(action);
    expect(await done).toEqual({ exitCode: 0, output: `${action} ${action}` });
  });

  it('that has no command fails for good', async () => {
    await using lab = await start({ settings: {} });
    const failure = await failureOf(lab.power('reset'));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toBe('command/lab cannot reset: it has no such command');
  });

  it.each([
    [75, RetryableError],
    [1, PermanentError],
    [127, PermanentError],
  ])('whose program ends with %i is a %p', async (code, kind) => {
    const program = script('echo working', 'echo no outlet >&2', `exit ${String(code)}`);
    await using lab = await start({ settings: { kill: [program] } });
    const failure = await failureOf(lab.power('kill'));
    expect(failure).toBeInstanceOf(kind);
    expect(failure.message).toBe(`${program} has ended with exit code ${String(code)}: no outlet`);
  });

  it('may be tried again after exit codes of its own', async () => {
    await using lab = await start({ settings: { kill: [script('exit 9')], retryExitCodes: [9] } });
    expect(await failureOf(lab.power('kill'))).toBeInstanceOf(RetryableError);
  });

  it('whose program was killed is left open', async () => {
    await using lab = await start({ settings: { kill: [script('kill -9 $$')] } });
    expect(await failureOf(lab.power('kill'))).toBeInstanceOf(UnknownOutcomeError);
  });

  it('whose program does not end is ended, and left open', async () => {
    const program = script(`sleep 60; touch ${folder.path}/woken`);
    await using lab = await start({ settings: { kill: [program], timeout: 1 } });
    const failure = await failureOf(lab.power('kill'));
    expect(failure).not.toBeInstanceOf(PermanentError);
    expect(failure).not.toBeInstanceOf(RetryableError);
    expect(failure.message).toBe(`${program} had not ended after 1 s, and was ended`);
    expect(existsSync(`${folder.path}/woken`)).toBe(false);
  });

  it('keeps the end of what is printed', async () => {
    await using lab = await start({ settings: { kill: [script('yes | head -c 9000; echo; echo done')] } });
    const { output } = (await lab.power('kill')) as { output: string };
    expect(output).toMatch(/^… y\n.*done$/s);
    expect(output.length).toBeLessThan(410);
  });

  it.each([
    ['in the middle of it', `printf '%s%0390d' "$SIGNALBOX_SECRET" 0`],
    ['in a secret of several words', `printf '%s %0380d' "$SIGNALBOX_SECRET" 0`],
    ['where no more output is kept', `printf '%016379d %s' 0 "$SIGNALBOX_SECRET"`],
  ])('keeps no half of a secret, cut %s', async (where, line) => {
    const secret = where.includes('several') ? 'correct horse battery staple' : 'correct-horse-battery';
    await using lab = await start({ settings: { secret, kill: [script(line)] } });
    const { output } = (await lab.power('kill')) as { output: string };
    expect(output).not.toMatch(/correct|corr|horse|battery|staple|ery/);
    expect(output).not.toBe('');
  });
});

describe('arguments', () => {
  it.each([
    ['gpu-01', 'vm gpu-01 (kill)|'],
    ['a b', 'vm a b (kill)|'],
    ['$(touch /tmp/x)', 'vm $(touch /tmp/x) (kill)|'],
    ["'; rm -rf /; '", "vm '; rm -rf /; ' (kill)|"],
    ['x\ny', 'vm x\ny (kill)|'],
    ['${key}', 'vm ${key} (kill)|'],
  ])('stay what they are, whatever is filled in: %j', async (id, output) => {
    expect(await argumentsOf(['${type} ${id} (${action})'], id)).toMatchObject({ output });
  });

  it('become no options', async () => {
    const failure = await failureOf(argumentsOf(['${id}'], '--force'));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toBe('the argument ${id} would be an option: "--force"');
    expect(await argumentsOf(['--id=${id}', '-x'], '-1')).toMatchObject({ output: '--id=-1|-x|' });
  });

  it('have no NUL in them', async () => {
    expect(await failureOf(argumentsOf(['a${id}'], 'a\0b'))).toBeInstanceOf(PermanentError);
  });
});

it('gives the program nothing of its own environment, but what it needs', async () => {
  const program = script(`env > ${folder.path}/env`);
  process.env['SIGNALBOX_CANARY'] = 'canary';
  try {
    await using lab = await start({ settings: { kill: [program], secret: 'open-sesame' } });
    await lab.power('kill', 'rack 7');
  } finally {
    delete process.env['SIGNALBOX_CANARY'];
  }
  const lines = readFileSync(`${folder.path}/env`, 'utf8').split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      ...['SIGNALBOX_ID=rack 7', 'SIGNALBOX_KEY=gpu-01', 'SIGNALBOX_NAME=GPU 01', 'SIGNALBOX_TYPE=vm'],
      ...['SIGNALBOX_ACTION=kill', 'SIGNALBOX_SECRET=open-sesame', 'LC_ALL=C'],
    ]),
  );
  expect(lines.join()).not.toMatch(/canary|HOME=/);
});

describe('programs', () => {
  it('are run only where the configuration file allows them', async () => {
    const program = script(`touch ${folder.path}/run`);
    await using lab = await start({ settings: { kill: [program] }, programs: ['/usr/bin/true'] });
    const failure = await failureOf(lab.power('kill'));
    expect(failure).toBeInstanceOf(PermanentError);
    expect(failure.message).toBe(
      `${program} may not be run: add it to settings.programs of the plugin power-command in the configuration file`,
    );
    expect(existsSync(`${folder.path}/run`)).toBe(false);
  });

  it('are looked at, and not run, when the commands are tried out', async () => {
    const program = script(`touch ${folder.path}/run`);
    await using lab = await start({ settings: {} });
    const tryOut = (settings: object) =>
      lab.started.runTest('command', { object: { settings: commandSettings.parse(settings) } });
    expect((await tryOut({ kill: [program], state: { run: [program] } })).result).toEqual({
      programs: [program],
    });
    expect(existsSync(`${folder.path}/run`)).toBe(false);
    expect((await failureOf(tryOut({ kill: ['/bin/sh'] }))).message).toContain('/bin/sh may not be run');
    chmodSync(program, 0o644);
    // Root may do anything with a file but execute one that nobody may.
    expect((await failureOf(tryOut({ kill: [program] }))).message).toContain('may not be executed');
  });
});

describe('the state', () => {
  const signs = {
    on: { output: 'Chassis Power is ON' },
    off: { exitCode: 3 },
    paused: { exitCode: 0, output: 'standby' },
    enabled: { exitCode: 0 },
    disabled: { exitCode: 1 },
  };

  it.each([
    ['echo chassis power is on; exit 9', 'on'],
    ['exit 3', 'off'],
    ['echo Standby', 'paused'],
  ])('is told by %j: %s', async (line, state) => {
    const run = [script(line)];
    await using lab = await start({ settings: { state: { run, ...signs } } });
    expect(await lab.state()).toBe(state);
  });

  it.each([
    ['exit 0', 'enabled'],
    ['exit 1', 'disabled'],
  ] as const)('of an account is told by %j: %s', async (line, state) => {
    await using lab = await start({ settings: { state: { run: [script(line)], ...signs } } });
    expect(await lab.accounts.state(vmNamed('jo', { type: 'user' }))).toBe(state);
  });

  it('is asked for again when it is told by nothing', async () => {
    const program = script('echo what >&2; exit 7');
    await using lab = await start({ settings: { state: { run: [program], ...signs } } });
    const failure = await failureOf(lab.state());
    expect(failure).toBeInstanceOf(RetryableError);
    expect(failure.message).toBe(`${program} tells no state: exit code 7, what`);
  });

  it('is unknown where nothing is said of it', async () => {
    await using lab = await start({ settings: { state: { run: ['/bin/true'], enabled: { exitCode: 0 } } } });
    expect(await lab.state()).toBe('unknown');
    await using none = await start({ settings: {} });
    expect(await none.accounts.state(vmNamed('jo', { type: 'user' }))).toBe('unknown');
  });
});

it.each([
  [{ kill: [] }, 'kill'],
  [{ kill: ['rack'] }, 'must be an absolute path'],
  [
    { kill: ['/usr/bin/rack', '${ID}'] },
    '${ID} is not known: use ${id}, ${key}, ${name}, ${type}, ${action}',
  ],
  [{ kill: ['/usr/bin/${id}x', 'a\0'] }, 'must have no NUL in it'],
  [{ state: { run: ['/bin/true'], on: {} } }, 'must have exitCode or output'],
  [{ env: { LD_PRELOAD: 'x' } }, 'env'],
])('settings such as %j are refused', (settings, message) => {
  const { error } = commandSettings.safeParse(settings);
  expect(JSON.stringify(error?.issues.map((issue) => [issue.path, issue.message, issue]))).toContain(message);
});
