import { describe, expect, it } from '@jest/globals';
import type { AttemptView } from '../support/api-client.ts';
import { startReceiver, type Responder } from '../support/receiver.ts';
import { freePort, startHttpServer } from '../support/servers.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { waitsAfter, wireWebhook } from '../support/wired-webhook.ts';

const quickly = { backoff: { first: 0.01, factor: 1 } };

/** Answers with these statuses in turn, and with 200 when there are no more. */
const statuses =
  (...list: readonly number[]): Responder =>
  (_, n) => ({ status: list[n - 1] ?? 200, body: `answer ${String(n)}` });

const outcomes = (log: readonly AttemptView[]): readonly string[] => log.map(({ outcome }) => outcome);

describe('a delivery', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599])(
    'is tried again after HTTP %i, with one request for each attempt',
    async (status) => {
      await using receiver = await startReceiver({ respond: statuses(status, status) });
      await using app = await startSignalbox();
      const webhook = await wireWebhook(app.api, { url: receiver.url, settings: quickly });
      const run = await webhook.send();
      expect(run).toMatchObject({ state: 'succeeded', attempts: 3 });
      expect(outcomes(run.attemptLog)).toEqual(['retrying', 'retrying', 'succeeded']);
      expect(receiver.deliveries).toHaveLength(3);
    },
  );

  it.each([400, 401, 403, 404, 405, 409, 413, 422, 451])('fails at once after HTTP %i', async (status) => {
    await using receiver = await startReceiver({ respond: statuses(status) });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings: quickly });
    expect(await webhook.send()).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: `HTTP ${String(status)} from 127.0.0.1:${String(receiver.port)}`,
    });
    expect(receiver.deliveries).toHaveLength(1);
  });

  it.each([200, 201, 202, 204, 299])('succeeds with HTTP %i', async (status) => {
    await using receiver = await startReceiver({ respond: statuses(status) });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings: quickly });
    expect(await webhook.send()).toMatchObject({ state: 'succeeded', attempts: 1 });
  });

  it('is tried again when nobody listens, until somebody does', async () => {
    const port = await freePort();
    await using app = await startSignalbox();
    const url = `http://127.0.0.1:${String(port)}`;
    const backoff = { first: 0.05, factor: 1 };
    const webhook = await wireWebhook(app.api, { url, settings: { backoff, retries: 100 } });
    const id = await webhook.fire();
    const waiting = await webhook.run(id, ({ attempts }) => attempts > 0);
    expect(waiting).toMatchObject({ reason: `connection refused by 127.0.0.1:${String(port)}` });
    await using receiver = await startReceiver({ port });
    const run = await webhook.run(id);
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(run.attempts).toBeGreaterThan(1);
    expect(receiver.deliveries).toHaveLength(1);
  });

  it('shows every attempt with what was sent and what came back', async () => {
    await using receiver = await startReceiver({ respond: statuses(503, 500) });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: `${receiver.url}/in?a=1`, settings: quickly });
    const { attemptLog, ...run } = await webhook.send();
    expect(run).toMatchObject({ state: 'succeeded', action: 'webhook.send', target: 'webhook/hook' });
    expect(attemptLog).toMatchObject([
      { number: 1, error: expect.stringContaining('HTTP 503'), received: { status: 503, body: 'answer 1' } },
      { number: 2, error: expect.stringContaining('HTTP 500'), received: { status: 500, body: 'answer 2' } },
      { number: 3, received: { status: 200, body: 'answer 3' } },
    ]);
    expect(attemptLog[2]).not.toHaveProperty('error');
    attemptLog.forEach(({ sent }, i) => {
      expect(sent).toMatchObject({ method: 'POST', url: `${receiver.url}/in?a=1` });
      expect(sent!.body).toBe(receiver.deliveries[i]!.body);
      expect(sent!.headers).toContainEqual(['webhook-id', run.id]);
    });
  });

  it('can be seen while it waits for its next attempt', async () => {
    await using receiver = await startReceiver({
      respond: () => ({ status: 503, headers: { 'retry-after': '600' } }),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url });
    const run = await webhook.run(await webhook.fire(), waitsAfter(1));
    expect(run.reason).toContain('HTTP 503');
    expect(run.attemptLog).toMatchObject([{ number: 1, outcome: 'retrying', received: { status: 503 } }]);
    expect(Date.parse(run.dueAt)).toBeGreaterThan(Date.now() + 500_000);
    expect(await app.api.runs('?state=pending')).toMatchObject([{ id: run.id }]);
  });
});

describe('Retry-After', () => {
  /** Milliseconds between the first answer and the second request. */
  async function pause(retryAfter: () => string): Promise<number> {
    const answered: number[] = [];
    const arrived: number[] = [];
    await using server = await startHttpServer((_request, response) => {
      arrived.push(Date.now());
      if (arrived.length > 1) {
        response.end();
        return;
      }
      response.writeHead(429, { 'retry-after': retryAfter() }).end();
      answered.push(Date.now());
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: server.url, settings: quickly });
    expect(await webhook.send()).toMatchObject({ state: 'succeeded', attempts: 2 });
    return arrived[1]! - answered[0]!;
  }

  it('in seconds is the least time to the next attempt', async () => {
    expect(await pause(() => '1')).toBeGreaterThanOrEqual(995);
  });

  it('as a date is the earliest time of the next attempt', async () => {
    // Dates have no fractions: two seconds ahead is at least one.
    const inTwoSeconds = (): string => new Date(Date.now() + 2_000).toUTCString();
    expect(await pause(inTwoSeconds)).toBeGreaterThanOrEqual(995);
  });

  it('gives no attempts beyond those of the settings', async () => {
    await using receiver = await startReceiver({
      respond: () => ({ status: 503, headers: { 'retry-after': '0' } }),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings: { ...quickly, retries: 2 } });
    expect(await webhook.send()).toMatchObject({ state: 'failed', attempts: 3 });
    expect(receiver.deliveries).toHaveLength(3);
  });
});
