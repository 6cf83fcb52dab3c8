import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** A rack with outlets, and a directory of accounts: a file each, and a program that changes it. */
const program = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
[ "$SIGNALBOX_SECRET" = open-sesame ] || { echo 'who are you?' >&2; exit 2; }
[ "$2" != stuck ] || exec sleep 60
echo "$1 $2" >> calls
case $1 in
  status) cat "things/$2" ;;
  busy) echo "busy, $SIGNALBOX_SECRET" >&2; exit 75 ;;
  *) echo "$1" > "things/$2"; echo "$2 is $1 now, said $SIGNALBOX_SECRET" ;;
esac
`;

let folder: TemporaryFolder;
let app: TestSignalbox;
const calls = (): readonly string[] =>
  readFileSync(`${folder.path}/calls`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('status'));

beforeAll(async () => {
  folder = temporaryFolder();
  const tool = folder.write('tool', program);
  chmodSync(tool, 0o755);
  const via = { via: 'command/rack', minGapSeconds: 0 };
  app = await startSignalbox({
    config: {
      plugins: ['vm', 'user', { use: 'power-command', settings: { programs: [tool] } }],
      objects: {
        'command/rack': {
          settings: {
            power_on: [tool, 'on', '${id}'],
            kill: [tool, 'off', '${id}'],
            reset: [tool, 'busy', '${id}'],
            enable: [tool, 'open', '${id}'],
            disable: [tool, 'locked', '${id}'],
            state: {
              run: [tool, 'status', '${id}'],
              ...{ on: { output: 'on' }, off: { output: 'off' } },
              ...{ enabled: { output: 'open' }, disabled: { output: 'locked' } },
            },
            secret: 'open-sesame',
            timeout: 1,
          },
        },
        'vm/gpu-01': { tags: ['vms/lab'], settings: { power: { ...via, id: 'r7 outlet 12; touch x' } } },
        'vm/gpu-02': { tags: ['vms/lab'], settings: { power: via } },
        'user/jthompson': { settings: { account: via } },
      },
      tasks: {
        on: { action: 'vm.power_on', target: { tag: 'vms/lab' } },
        kill: { action: 'vm.kill', target: { tag: 'vms/lab' } },
        reset: { action: 'vm.reset', target: { object: 'gpu-02' } },
        lock: { action: 'user.disable', target: { object: 'jthompson' } },
      },
      triggers: {
        login: { event: 'user.login', task: 'on' },
        logout: { event: 'user.logout', task: 'kill' },
        error: { event: 'vm.error', task: 'reset' },
        deleted: { event: 'user.deleted', object: 'jthompson', task: 'lock' },
      },
    },
  });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});
beforeEach(() => {
  folder.write('calls', '');
  for (const [name, state] of [
    ['r7 outlet 12; touch x', 'off'],
    ['gpu-02', 'on'],
    ['jthompson', 'open'],
  ] as const)
    folder.write(`things/${name}`, `${state}\n`);
});

interface Result {
  readonly result?: unknown;
}

async function resultsOf(eventId: string, states: string): Promise<Record<string, unknown>> {
  const runs = await app.api.runsOf(eventId, states);
  const details = await Promise.all(runs.map(({ id }) => app.api.run(id)));
  return Object.fromEntries(
    details.map(({ target, attemptLog }) => [target, (attemptLog.at(-1) as Result).result]),
  );
}

it('switches machines with a program, and leaves alone what is as it should be', async () => {
  const id = await app.api.emit({ type: 'user.login', object: 'jthompson' });
  expect(await resultsOf(id, 'succeeded')).toMatchObject({
    'vm/gpu-01': {
      ...{ before: 'off', after: 'on', acted: true, id: 'r7 outlet 12; touch x' },
      answer: { exitCode: 0, output: 'r7 outlet 12; touch x is on now, said ********' },
    },
    'vm/gpu-02': { before: 'on', after: 'on', acted: false },
  });
  expect(calls()).toEqual(['on r7 outlet 12; touch x']);
  expect(readdirSync(folder.path).sort()).toEqual(['calls', 'things', 'tool']);
});

it('locks an account, which is an event', async () => {
  const id = await app.api.emit({ type: 'user.deleted', object: 'jthompson' });
  expect(await resultsOf(id, 'succeeded')).toMatchObject({
    'user/jthompson': { before: 'enabled', after: 'disabled', acted: true, via: 'command/rack' },
  });
  expect(readFileSync(`${folder.path}/things/jthompson`, 'utf8')).toBe('locked\n');
  const { body } = await app.api.get<{ items: readonly object[] }>('/api/events?type=user.disabled');
  expect(body.items).toMatchObject([{ data: { by: 'signalbox' } }]);
});

it('tries again when the program says so, and keeps no secret of what it says', async () => {
  const id = await app.api.emit({ type: 'vm.error', object: 'gpu-02' });
  const [run] = await waitFor(
    async () => {
      const runs = await app.api.runsOf(id, 'pending');
      return runs[0]!.attempts > 0 && runs;
    },
    () => 'an attempt',
  );
  const detail = JSON.stringify(await app.api.run(run!.id));
  expect(detail).toContain('has ended with exit code 75: busy, ********');
  expect(detail).not.toContain('sesame');
});

it('holds what nobody knows the outcome of: the program does not end', async () => {
  await app.api.put('/api/objects/vm/stuck', {
    settings: { power: { via: 'command/blind', minGapSeconds: 0 } },
  });
  const { body } = await app.api.get<{ settings: { power_on: string[] } }>('/api/objects/command/rack');
  await app.api.put('/api/objects/command/blind', {
    settings: { kill: [body.settings.power_on[0], 'off', '${id}'], secret: 'open-sesame', timeout: 1 },
  });
  await app.api.put('/api/tasks/stuck', { action: 'vm.kill', target: { object: 'stuck' } });
  await app.api.put('/api/triggers/stuck', { event: 'vm.deleted', object: 'stuck', task: 'stuck' });
  const id = await app.api.emit({ type: 'vm.deleted', object: 'stuck' });
  expect(await app.api.runsOf(id, 'held')).toMatchObject([{ reason: 'outcome_unknown', attempts: 1 }]);
});

it('lets nobody run other programs over the API', async () => {
  await app.api.put('/api/objects/command/evil', {
    settings: { kill: ['/usr/bin/touch', `${folder.path}/evil`] },
  });
  await app.api.put('/api/objects/vm/evil', { settings: { power: { via: 'command/evil' } } });
  await app.api.put('/api/tasks/evil', { action: 'vm.kill', target: { object: 'evil' } });
  await app.api.put('/api/triggers/evil', { event: 'vm.created', object: 'evil', task: 'evil' });
  const id = await app.api.emit({ type: 'vm.created', object: 'evil' });
  const [run] = await app.api.runsOf(id, 'failed');
  const { attemptLog } = await app.api.run(run!.id);
  expect(attemptLog).toMatchObject([{ error: expect.stringContaining('/usr/bin/touch may not be run') }]);
  expect(existsSync(`${folder.path}/evil`)).toBe(false);
  const tried = await app.api.request('POST', '/api/objects/command/evil/test');
  expect(JSON.stringify(tried.body)).toContain('may not be run');
});
