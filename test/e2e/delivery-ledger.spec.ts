import { expect, it } from '@jest/globals';
import type { RunDetail } from '../support/api-client.ts';
import { startHttpServer } from '../support/servers.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { wireWebhook } from '../support/wired-webhook.ts';

/** Misbehaves in turn: each request meets the next one of these. */
const moods = ['accept', 'overloaded', 'accept', 'reset', 'half', 'accept', 'close', 'wait'] as const;

it('makes one request for each attempt, whatever the receiver does, and delivers everything', async () => {
  await using server = await startHttpServer((_request, response) => {
    const mood = moods[server.requests.length % moods.length];
    if (mood === 'accept') response.end('ok');
    if (mood === 'overloaded') response.writeHead(503).end();
    if (mood === 'wait') response.writeHead(429, { 'retry-after': '0' }).end('later');
    if (mood === 'reset') response.socket!.resetAndDestroy();
    if (mood === 'half') response.writeHead(200, { 'content-length': '10' }).write('half');
    if (mood === 'half') setTimeout(() => response.destroy(), 5);
    if (mood === 'close') response.writeHead(200, { connection: 'close' }).end('bye');
  });
  await using app = await startSignalbox();
  await wireWebhook(app.api, {
    url: server.url,
    settings: { retries: 50, backoff: { first: 0.01, factor: 1 }, concurrency: 4 },
  });
  const events = Array.from({ length: 50 }, () => ({ type: 'vm.error', object: 'hook' }));
  await app.api.request('POST', '/api/events', events);
  const ended = await app.api.runsIn('succeeded,failed', events.length);
  const runs = await Promise.all(ended.map(({ id }) => app.api.run(id)));

  expect(runs.map(({ state }) => state)).toEqual(events.map(() => 'succeeded'));
  const logged = (run: RunDetail): unknown => [run.id, run.attempts, run.attemptLog.length];
  const arrived = (id: string): number =>
    server.requests.filter(({ headers }) => headers['webhook-id'] === id).length;
  expect(runs.map(logged)).toEqual(runs.map(({ id }) => [id, arrived(id), arrived(id)]));
  expect(server.requests.length).toBeGreaterThan(events.length);
});
