import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { startApiDouble, type Answer, type ReceivedRequest } from '../../test/support/api-double.ts';
import { commandLine, type CommandOutput } from '../../test/support/command-line.ts';

interface Run {
  id: string;
  state: string;
  task: { id: string; name: string };
  createdAt: string;
  [more: string]: unknown;
}

const run = (number: number, over: Partial<Run> = {}): Run => ({
  id: `run-${number}`,
  state: 'pending',
  task: { id: 'notify', name: 'Notify' },
  action: 'webhook.send',
  target: 'webhook/slack-ops',
  event: { id: 'e1' },
  attempts: 0,
  dueAt: '2025-10-16T15:38:00.000Z',
  createdAt: new Date(1_760_629_080_000 + number).toISOString(),
  ...over,
});

const finished = {
  startedAt: '2025-10-16T15:38:07.000Z',
  finishedAt: '2025-10-16T15:38:07.042Z',
  attempts: 1,
};

/** Answers as the API does: newest first, by state, in pages. */
function answerFrom(runs: readonly Run[]): (request: ReceivedRequest) => Answer {
  return ({ path, query }) => {
    const id = /^\/api\/runs\/(.+)$/.exec(path)?.[1];
    if (id !== undefined) {
      const one = runs.find((candidate) => candidate.id === id);
      return one ? { body: one } : { status: 404, body: { code: 'NOT_FOUND' } };
    }
    const states = query['state']?.split(',');
    const all = runs.filter(({ state }) => states?.includes(state) ?? true).toReversed();
    const start = all.findIndex((candidate) => candidate.id === query['cursor']) + 1;
    const items = all.slice(start, start + Number(query['limit']));
    return { body: { items, ...(start + items.length < all.length && { next: items.at(-1)?.id }) } };
  };
}

describe('runs', () => {
  it('shows the runs in a table, newest first', async () => {
    await using api = await startApiDouble(
      answerFrom([
        run(1, { state: 'failed', reason: 'answered 404', ...finished }),
        run(2, { state: 'succeeded', ...finished, attempts: 2 }),
        run(3, { task: { id: 'wake', name: 'Power on the lab' } }),
      ]),
    );
    const { code, out } = await commandLine(['runs', '--url', api.url]);
    expect(code).toBe(0);
    expect(out.map((line) => line.replace(/^\S+ \d\d:\d\d:\d\d/, '@').split(/ {2,}/))).toEqual([
      ['TIME', 'STATE', 'TASK', 'ACTION', 'RUN', 'NOTE'],
      ['@', 'pending', 'Power on the lab', 'send webhook/slack-ops', 'run-3'],
      ['@', 'succeeded', 'Notify', 'send webhook/slack-ops', 'run-2', '42 ms, attempt 2'],
      ['@', 'failed', 'Notify', 'send webhook/slack-ops', 'run-1', 'answered 404'],
    ]);
    expect(new Set(out.map((line) => line.search(/RUN|run-/))).size).toBe(1);
  });

  it('asks for what the flags say', async () => {
    await using api = await startApiDouble(answerFrom([]));
    const args = ['--state', 'failed,held', '--task', 'notify', '--limit', '5', '--token', 't'];
    const { err } = await commandLine(['runs', '--url', api.url, ...args]);
    expect(api.requests).toEqual([
      expect.objectContaining({
        path: '/api/runs',
        query: { state: 'failed,held', task: 'notify', limit: '5' },
        authorization: 'Bearer t',
      }),
    ]);
    expect(err).toEqual(['No such runs.']);
  });

  it('says when there are more', async () => {
    await using api = await startApiDouble(answerFrom([run(1), run(2)]));
    const { out, err } = await commandLine(['runs', '--url', api.url, '--limit', '1']);
    expect(out).toHaveLength(2);
    expect(err).toEqual(['There are more: raise --limit.']);
  });

  it('prints what the API answered for scripts', async () => {
    await using api = await startApiDouble(answerFrom([run(1), run(2)]));
    const { out } = await commandLine(['runs', '--url', api.url, '--limit', '1', '--json']);
    expect(out.map((line): unknown => JSON.parse(line))).toEqual([{ items: [run(2)], next: 'run-2' }]);
  });
});

describe('runs --follow', () => {
  /** Follows while `change` changes the runs, until it has printed as many lines. */
  async function following(
    { runs, lines, flags = [] }: { runs: Run[]; lines: number; flags?: string[] },
    change: (output: CommandOutput) => Promise<void>,
  ) {
    await using api = await startApiDouble(answerFrom(runs));
    const controller = new AbortController();
    const output: CommandOutput = { out: [], err: [] };
    const command = commandLine(['runs', '--follow', '--json', '--url', api.url, ...flags], {
      signal: controller.signal,
      output,
    });
    await change(output);
    await printed(output, lines);
    controller.abort();
    const { code } = await command;
    expect(code).toBe(0);
    return output.out.map((line) => {
      const { id, state } = JSON.parse(line) as Run;
      return `${id} ${state}`;
    });
  }

  const printed = async ({ out }: CommandOutput, lines: number) => {
    for (let waited = 0; out.length < lines && waited < 10_000; waited += 20) await delay(20);
  };

  it('prints the latest runs, oldest first, and then every change', async () => {
    const runs = [run(1, { state: 'succeeded' }), run(2, { state: 'running' })];
    const lines = await following({ runs, lines: 4 }, async (output) => {
      await printed(output, 2);
      runs[1] = run(2, { state: 'succeeded', ...finished });
      runs.push(run(3));
    });
    expect(lines).toEqual(['run-1 succeeded', 'run-2 running', 'run-2 succeeded', 'run-3 pending']);
  });

  it('finds what ended after many newer runs had come', async () => {
    const runs = [
      run(0),
      ...Array.from({ length: 120 }, (_, index) => run(index + 1, { state: 'succeeded' })),
    ];
    const lines = await following({ runs, lines: 2, flags: ['--limit', '1'] }, async (output) => {
      await printed(output, 1);
      runs[0] = run(0, { state: 'failed', ...finished });
    });
    expect(lines).toEqual(['run-120 succeeded', 'run-0 failed']);
  });

  it('misses none when more come at once than fit on a page', async () => {
    const runs = [run(1, { state: 'succeeded' })];
    const lines = await following({ runs, lines: 251 }, async (output) => {
      await printed(output, 1);
      runs.push(...Array.from({ length: 250 }, (_, index) => run(index + 2, { state: 'succeeded' })));
    });
    expect(lines).toEqual(Array.from({ length: 251 }, (_, index) => `run-${index + 1} succeeded`));
  });

  it('prints only the states that are asked for', async () => {
    const runs = [run(1, { state: 'succeeded' }), run(2)];
    const lines = await following({ runs, lines: 1, flags: ['--state', 'failed,held'] }, async () => {
      await delay(100);
      runs.push(run(3, { state: 'succeeded' }));
      runs[1] = run(2, { state: 'held', reason: 'target_disabled' });
    });
    expect(lines).toEqual(['run-2 held']);
  });
});
