import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunDetail } from '../support/api-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { root, temporaryFolder } from './node-process.ts';
import { startServer, type Server } from './server-process.ts';

const token = 'correct-horse-battery';
const actions = [
  ...['bigint', 'circle', 'records', 'delay', 'policy', 'abort', 'throws'],
  ...['late', 'greedy', 'leaks', 'fine'],
];

/** One task for each action, run by an event on the object of its name. */
const config = {
  log: { level: 'info' },
  plugins: ['vm', join(root, 'test/fixtures/plugins/bad/bad-actions')],
  objects: { 'gadget/g': { settings: { token, rooms: ['hall'] } } },
  tasks: Object.fromEntries(
    actions.map((name) => [
      name,
      { action: `gadget.${name}`, target: { object: 'g' }, settings: { list: ['a'] } },
    ]),
  ),
  triggers: Object.fromEntries(
    actions.map((name) => [name, { event: 'vm.power_on', object: name, task: name }]),
  ),
};

describe('an action that', () => {
  const folder = temporaryFolder();
  let server: Server;

  beforeAll(async () => {
    server = await startServer(config, folder.path);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const run = async (action: string): Promise<RunDetail> => {
    const event = await server.api.emit({ type: 'vm.power_on', object: action });
    // Held while its plugin is started again.
    const [ended] = await server.api.runsOf(event, 'succeeded,failed');
    return server.api.run(ended?.id ?? '');
  };

  it.each<[string, string, object]>([
    [
      'returns a bigint',
      'bigint',
      { state: 'succeeded', attemptLog: [{ result: expect.stringContaining('bigint') }] },
    ],
    [
      'returns a circle',
      'circle',
      { state: 'succeeded', attemptLog: [{ result: expect.stringContaining('itself') }] },
    ],
    [
      'records what is no JSON',
      'records',
      {
        state: 'succeeded',
        attemptLog: [
          { sent: '<not kept: a bigint is not JSON>', received: '<not kept: a function is not JSON>' },
        ],
      },
    ],
    ['asks for a wait that is no number', 'delay', { state: 'succeeded', attempts: 2 }],
    ['has a policy of no numbers', 'policy', { state: 'succeeded', attempts: 1 }],
    ['throws when it is aborted', 'abort', { state: 'failed', reason: 'no result after 50 ms' }],
    ['throws what has no message', 'throws', { state: 'failed', reason: 'an error without a message' }],
    ['lets a timer of its policy throw', 'late', { state: 'succeeded' }],
    [
      'changes its settings',
      'greedy',
      { state: 'failed', reason: expect.stringContaining('not extensible') },
    ],
  ])('%s keeps nothing else from going on', async (_, action, ended) => {
    expect(await run(action)).toMatchObject(ended);
    expect(await run('fine')).toMatchObject({ state: 'succeeded', attemptLog: [{ result: 'done' }] });
  });

  it('logs and returns its secret does not get it into the log or the history', async () => {
    expect(await run('leaks')).toMatchObject({
      state: 'succeeded',
      attemptLog: [{ result: { '********': '********' } }],
    });
    const found = await waitFor(
      () =>
        server.lines.find(
          (line) => line.includes('An error escaped from an action') && line.includes('late:'),
        ),
      () => 'the error to be logged',
    );
    expect(found).toContain('late: ********');
    expect(server.lines.find((line) => line.includes('token ********'))).toContain('refused: ********');
    expect(server.lines.join('\n')).not.toContain(token);
  });
});
