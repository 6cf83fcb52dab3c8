import { describe, expect, it } from '@jest/globals';
import { startApiDouble, type Answer, type ReceivedRequest } from '../../test/support/api-double.ts';
import { commandLine } from '../../test/support/command-line.ts';

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
    expect(out.map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, '@').split(/ {2,}/))).toEqual([
      ['TIME', 'STATE', 'TASK', 'ACTION', 'RUN', 'NOTE'],
      ['@', 'pending', 'Power on the lab', 'send webhook/slack-ops', 'run-3'],
      ['@', 'succeeded', 'Notify', 'send webhook/slack-ops', 'run-2', '42 ms, attempt 2'],
      ['@', 'failed', 'Notify', 'send webhook/slack-ops', 'run-1', 'answered 404'],
    ]);
    expect(new Set(out.map((line) => line.search(/RUN|run-/))).size).toBe(1);
  });

  it('says what a run waits for', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const retried = { attempts: 1, startedAt: later, dueAt: later, reason: 'refused' };
    await using api = await startApiDouble(
      answerFrom([run(1, { dueAt: later }), run(2, { notBefore: later }), run(3, retried)]),
    );
    const notes = (await commandLine(['runs', '--url', api.url])).out.map((line) => line.split(/ {2,}/)[5]);
    expect(notes).toEqual([
      'NOTE',
      expect.stringMatching(/^attempt 2 at \d{4}-.*: refused$/),
      expect.stringMatching(/^not before \d{4}-\d\d-\d\d \d\d:/),
      expect.stringMatching(/^waits until \d{4}-\d\d-\d\d \d\d:/),
    ]);
  });

  it('says what to do about a run that is held', async () => {
    await using api = await startApiDouble(
      answerFrom([run(1, { state: 'held', reason: 'target_disabled' }), run(2)]),
    );
    const get = (id: string) => commandLine(['runs', 'get', id, '--url', api.url]);
    expect(await get('run-1')).toMatchObject({ code: 0, err: ['what to do: enable its target'] });
    expect(await get('run-2')).toMatchObject({ code: 0, err: [] });
  });

  it('asks for what the flags say', async () => {
    await using api = await startApiDouble(answerFrom([]));
    const args = [
      ...['--state', 'failed,held', '--task', 'notify', '--object', 'webhook/ops', '--search', 'a b'],
      ...['--from', '2027-03-01T00:00Z', '--sort', 'task', '--limit', '5', '--token', 't'],
    ];
    const { err } = await commandLine(['runs', '--url', api.url, ...args]);
    expect(api.requests).toEqual([
      expect.objectContaining({
        path: '/api/runs',
        query: {
          ...{ state: 'failed,held', task: 'notify', object: 'webhook/ops', search: 'a b' },
          ...{ from: '2027-03-01T00:00:00.000Z', sort: 'task', limit: '5' },
        },
        authorization: 'Bearer t',
      }),
    ]);
    expect(err).toEqual(['No such runs.']);
  });

  it('says when there are more', async () => {
    await using api = await startApiDouble(answerFrom([run(1), run(2)]));
    const { out, err } = await commandLine(['runs', '--url', api.url, '--limit', '1']);
    expect(out).toHaveLength(2);
    expect(err).toEqual(['There are more: raise --limit, or take --all.']);
    const all = await commandLine(['runs', '--url', api.url, '--all']);
    expect({ lines: all.out.length, err: all.err }).toEqual({ lines: 3, err: [] });
  });

  it('goes on with the other runs when one is refused, and ends with the worst code', async () => {
    await using api = await startApiDouble(({ path }) =>
      path === '/api/runs/run-2/retry'
        ? { status: 409, body: { code: 'CONFLICT', detail: 'it has succeeded' } }
        : path === '/api/runs/run-3/retry'
          ? { status: 404, body: { code: 'NOT_FOUND', detail: 'there is no such run' } }
          : { body: { id: 'run-1' } },
    );
    const args = ['runs', 'retry', 'run-2', 'run-3', 'run-1', '--url', api.url];
    expect(await commandLine(args)).toMatchObject({
      code: 6,
      out: ['put back  run-1'],
      err: expect.arrayContaining([
        'error CONFLICT: run-2: it has succeeded',
        'It waits in the queue, and is held again if its target is still switched off or missing.',
        'error: 2 of 3 runs could not be changed',
      ]),
    });
    const { code, out } = await commandLine([...args, '--json']);
    expect({ code, answer: JSON.parse(out.join('')) as unknown }).toEqual({
      code: 6,
      answer: {
        items: [
          { id: 'run-2', error: { code: 'CONFLICT', message: 'it has succeeded' } },
          { id: 'run-3', error: { code: 'NOT_FOUND', message: 'there is no such run' } },
          { id: 'run-1' },
        ],
      },
    });
  });

  it('prints what the API answered for scripts', async () => {
    await using api = await startApiDouble(answerFrom([run(1), run(2)]));
    const { out } = await commandLine(['runs', '--url', api.url, '--limit', '1', '--json']);
    expect(out.map((line): unknown => JSON.parse(line))).toEqual([{ items: [run(2)], next: 'run-2' }]);
  });
});
