import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { postgres, postgresMissing } from '../contract/persistence/backend.ts';
import { execute } from '../contract/persistence/postgres-session.ts';
import { http } from '../support/http.ts';
import { problem } from '../support/problem.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tellOps } from '../support/tell-ops.ts';
import { waitFor } from '../support/wait-for.ts';

const on = { type: 'vm.power_on', object: 'gpu-01' };
const missing = await postgresMissing();
const onPostgres = missing === undefined ? it : it.skip;

describe(`Signalbox on PostgreSQL${missing === undefined ? '' : ` (left out: ${missing})`}`, () => {
  onPostgres('takes events in, delivers, tries again, and goes on after a restart', async () => {
    // The key of the secrets is not in the database.
    using folder = temporaryFolder();
    await using database = await postgres.create();
    let status = 503;
    await using receiver = await startReceiver({ respond: () => ({ status }) });
    const settings = {
      retries: 100,
      backoff: { first: 0.05, factor: 1, max: 0.05 },
      health: { holdAfter: 0 },
    };
    const config = { ...tellOps(receiver.url, { settings }), store: { url: database.url } };
    const ids: string[] = [];
    {
      await using app = await startSignalbox({ config, data: folder.path });
      const { body } = await http(app)
        .post('/api/events')
        .send([on, { ...on, source: 'hv', id: '1' }, { ...on, source: 'hv', id: '1' }])
        .expect(202);
      expect(
        body.events.map(({ duplicate, runs }: { duplicate: boolean; runs: number }) => [duplicate, runs]),
      ).toEqual([
        [false, 1],
        [false, 1],
        [true, 0],
      ]);
      ids.push(body.events[0].id as string, body.events[1].id as string);
      await receiver.got(3);
    }
    status = 200;
    await using again = await startSignalbox({ config, data: folder.path });
    for (const id of ids) {
      const [run] = await again.api.runsOf(id, 'succeeded');
      const outcomes = (await again.api.run(run!.id)).attemptLog.map(({ outcome }) => outcome);
      expect(outcomes).toEqual([...outcomes.slice(1).map(() => 'retrying'), 'succeeded']);
    }
    expect(await again.api.publish({ ...on, source: 'hv', id: '1' })).toEqual({
      id: ids[1],
      duplicate: true,
      runs: 0,
    });
    expect((await again.api.get('/health/ready')).status).toBe(200);
  });

  onPostgres('fails for good, is retried by hand, holds, releases, and removes a one-time task', async () => {
    // The key of the secrets is not in the database.
    using folder = temporaryFolder();
    await using database = await postgres.create();
    let status = 400;
    await using receiver = await startReceiver({ respond: () => ({ status }) });
    const config = { ...tellOps(receiver.url), store: { url: database.url } };
    await using app = await startSignalbox({ config, data: folder.path });
    const failed = await app.api.emit(on);
    const [run] = await app.api.runsOf(failed, 'failed');
    status = 200;
    await http(app).post(`/api/runs/${run!.id}/retry`).expect(202);
    await app.api.runsOf(failed, 'succeeded');
    expect(await http(app).post(`/api/runs/${run!.id}/retry`)).toMatchObject(problem('RUN_NOT_RETRYABLE'));

    await app.api.request('PATCH', '/api/objects/webhook/ops', { enabled: false });
    const held = await app.api.emit(on);
    await app.api.runsOf(held, 'held');
    await app.api.request('PATCH', '/api/objects/webhook/ops', { enabled: true });
    await app.api.runsOf(held, 'succeeded');

    const once = { action: 'webhook.send', target: { object: 'ops' }, deleteAfterRunning: true };
    await app.api.put('/api/tasks/once', once);
    await http(app).post('/api/tasks/once/run').expect(202);
    await waitFor(
      async () => (await app.api.get('/api/tasks/once')).status === 404,
      () => 'the one-time task to go',
    );
    expect(await app.api.runs('?state=succeeded')).toHaveLength(3);
  });

  onPostgres('stores an event once that many send at the same time', async () => {
    await using database = await postgres.create();
    await using app = await startSignalbox({ config: { store: { url: database.url } } });
    const event = { ...on, source: 'hv', id: '4711' };
    const answers = await Promise.all(Array.from({ length: 30 }, () => app.api.publish(event)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  onPostgres(
    'keeps texts as they are, or refuses them, but never answers that the storage is broken',
    async () => {
      // The key of the secrets is not in the database.
      using folder = temporaryFolder();
      await using database = await postgres.create();
      const body = 'NUL \0, half a pair \ud83d, both 🎉';
      await using receiver = await startReceiver({ respond: () => ({ status: 400, body }) });
      const task = { settings: { message: '${event.data}' } };
      const config = { ...tellOps(receiver.url, { task }), store: { url: database.url } };
      await using app = await startSignalbox({ config, data: folder.path });
      const text = '\0 \ud83d \\u0000 \' " \\ ünï 🎉';
      const id = await app.api.emit({ ...on, object: 'gpu 🎉', data: { [text]: text } });
      await app.api.runsOf(id, 'failed');
      expect((await app.api.get(`/api/events/${id}`)).body).toMatchObject({
        object: 'gpu 🎉',
        data: { [text]: text },
      });
      expect(JSON.parse(receiver.deliveries[0]!.body)).toEqual({ [text]: text });

      const refused: [path: string, field: string, resource: object][] = [
        ['/api/objects/vm/a', 'name', { name: text }],
        ['/api/objects/vm/a', 'tags[0]', { tags: [`a/${text}`] }],
        ['/api/tags/a/b', 'description', { description: text }],
        ['/api/tasks/a', 'name', { name: text, action: 'webhook.send', target: { object: 'ops' } }],
        ['/api/triggers/a', 'object', { event: 'vm.error', object: text, task: 'tell' }],
      ];
      for (const [path, field, resource] of refused) {
        expect(await app.api.request('PUT', path, resource)).toMatchObject(
          problem('RESOURCE_INVALID', { field }),
        );
      }
      const kept: [path: string, resource: object][] = [
        ['/api/objects/vm/a', { settings: { [text]: text } }],
        ['/api/tasks/a', { action: 'webhook.send', target: { object: 'ops' }, settings: { message: text } }],
        ['/api/triggers/a', { event: 'vm.error', filter: { 'data.x': text }, task: 'tell' }],
      ];
      for (const [path, resource] of kept) {
        await app.api.put(path, resource);
        expect((await app.api.get(path)).body).toMatchObject(resource);
      }
    },
  );

  onPostgres('answers 503 to what cannot wait while the database is slow, and loses nothing', async () => {
    await using database = await postgres.create();
    const limits = { maxWaitingEvents: 5, ingestPatienceMs: 50 };
    await using app = await startSignalbox({ config: { store: { url: database.url }, limits } });
    const slow = execute(database.url, `do $$ begin lock table event; perform pg_sleep(2); end $$`);
    const waiting = await firstThatWaits(app);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => app.api.request<{ id: string }>('POST', '/api/events', on)),
    );
    const refused = answers.filter((answer) => answer.status !== 202);
    expect(refused.length).toBeGreaterThanOrEqual(35);
    for (const answer of refused) {
      expect(answer).toMatchObject(problem('OVERLOADED'));
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    await slow;
    const accepted = answers.filter(({ status }) => status === 202).map(({ body }) => body.id);
    const stored = (await app.api.get<{ items: { id: string }[] }>('/api/events?limit=500')).body.items;
    expect(stored.map(({ id }) => id).sort()).toEqual([...accepted, ...(await waiting.ids)].sort());
  });
});

/** Posts events, one after another, until one has to wait for the disk; `ids` resolves to those of all. */
async function firstThatWaits({ api }: TestSignalbox): Promise<{ readonly ids: Promise<string[]> }> {
  const posted: Promise<string>[] = [];
  for (let i = 0; i < 200; i++) {
    const post = api.emit(on);
    posted.push(post);
    if (await Promise.race([post.then(() => false), sleep(300, true)])) break;
  }
  return { ids: Promise.all(posted) };
}
