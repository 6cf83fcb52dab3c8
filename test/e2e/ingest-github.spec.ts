import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { problem } from '../support/problem.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

const secret = 'canary-secret-of-the-webhook';

const config = (url = 'http://127.0.0.1:9/'): object => ({
  plugins: ['github', 'webhook'],
  objects: {
    'github/octo-repo': { settings: { auth: { type: 'hmac', secret } } },
    'webhook/deployer': { settings: { url } },
  },
  tasks: {
    deploy: {
      action: 'webhook.send',
      target: { object: 'deployer' },
      settings: { message: { commit: '${event.data.payload.after}', by: '${event.data.sender}' } },
    },
  },
  triggers: {
    'main-was-pushed': {
      event: 'github.received',
      object: 'octo-repo',
      filter: { 'data.event': 'push', 'data.ref': 'refs/heads/main' },
      task: 'deploy',
    },
  },
});

const push = JSON.stringify({
  ref: 'refs/heads/main',
  after: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
  repository: { full_name: 'octo-org/octo-repo', description: 'Tést – "quotes"' },
  sender: { login: 'octocat' },
});

interface Delivery {
  readonly body: string;
  /** What the signature is made of. Default: the body. */
  readonly signed?: string;
  readonly event?: string;
  readonly id?: string;
  readonly type?: string;
}

/** As GitHub does it. */
function deliver(app: TestSignalbox, { body, signed = body, event = 'push', id = 'd-1', type }: Delivery) {
  return app.api.request<{ events: { id: string }[] }>('POST', '/api/ingest/octo-repo', body, {
    authorization: '',
    'user-agent': 'GitHub-Hookshot/044aadd',
    accept: '*/*',
    'content-type': type ?? 'application/json',
    'x-github-delivery': id,
    'x-github-event': event,
    'x-github-hook-id': '292430182',
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(signed).digest('hex')}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}`,
  });
}

describe('a webhook of GitHub', () => {
  it('fires the tasks that wait for such events, once', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox({ config: config(receiver.url) as Record<string, unknown> });
    const { status, body } = await deliver(app, { body: push });
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { events: [{ duplicate: false, runs: 1 }] },
    });
    expect(await deliver(app, { body: push })).toMatchObject({
      body: { events: [{ duplicate: true, runs: 0 }] },
    });
    const other = await deliver(app, { body: push.replace('heads/main', 'heads/test'), id: 'd-2' });
    expect(other).toMatchObject({ body: { events: [{ duplicate: false, runs: 0 }] } });
    await app.api.runsOf(body.events[0]!.id);
    expect(receiver.deliveries.map((delivery) => delivery.body)).toEqual([
      '{"commit":"6dcb09b5b57875f334f61aebed695e2e4193db5e","by":"octocat"}',
    ]);
    expect(await app.api.get(`/api/events/${body.events[0]!.id}`)).toMatchObject({
      body: {
        type: 'github.received',
        object: 'octo-repo',
        source: 'signalbox/github/octo-repo',
        sourceId: 'd-1',
        data: { event: 'push', repository: 'octo-org/octo-repo', payload: JSON.parse(push) },
      },
    });
  });

  it('may be a form', async () => {
    await using app = await startSignalbox({ config: config() as Record<string, unknown> });
    const body = new URLSearchParams({ payload: push }).toString();
    expect(await deliver(app, { body, type: 'application/x-www-form-urlencoded' })).toMatchObject({
      status: 202,
      body: { events: [{ runs: 1 }] },
    });
  });

  it('is answered when it only asks whether somebody is there', async () => {
    await using app = await startSignalbox({ config: config() as Record<string, unknown> });
    const ping = { body: '{"zen":"Design for failure.","hook_id":1}', event: 'ping' };
    expect(await deliver(app, ping)).toMatchObject({ status: 202, body: { events: [] } });
  });

  it('is refused when one byte is not as it was signed', async () => {
    await using app = await startSignalbox({ config: config() as Record<string, unknown> });
    const forged = [
      push.replace('octocat', 'octocaT'),
      push.replace(/}$/, ' }'),
      JSON.stringify(JSON.parse(push), null, 1),
      '',
    ];
    for (const body of forged) {
      expect(await deliver(app, { body, signed: push })).toMatchObject(problem('INBOUND_REFUSED'));
    }
    expect(await app.api.get('/api/events')).toMatchObject({ body: { items: [] } });
  });

  it('cannot be made up by whoever may send events in', async () => {
    await using app = await startSignalbox({ config: config() as Record<string, unknown> });
    const event = {
      type: 'github.received',
      object: 'octo-repo',
      data: { event: 'push', delivery: 'x', payload: {} },
    };
    expect(await app.api.request('POST', '/api/events', event)).toMatchObject(problem('FORBIDDEN'));
  });
});
