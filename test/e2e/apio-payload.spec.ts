import { describe, expect, it } from '@jest/globals';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';

/* The document of APIO core's webhooks, and what else they are set up with. */

const call = {
  request: { method: 'POST', url: '/api/v01/some/url/path', body: { foo: 'bar' } },
  response: { status: 200, body: {} },
};

/** Reports a completed call of the one custom route, and resolves to what the webhook sent and to the run of it. */
async function report(settings: object = {}) {
  await using receiver = await startReceiver();
  await using app = await startSignalbox({
    config: {
      plugins: ['route', 'webhook'],
      objects: {
        'route/1': {
          settings: { label: 'event-1', method: 'POST', url: '^/api/v01/some/.*', tag: 'tag-1' },
        },
        'webhook/billing': { settings: { url: `${receiver.url}/apio`, ...settings } },
      },
      tasks: {
        tell: { action: 'webhook.send', target: { object: 'billing' }, settings: { format: 'apio' } },
      },
      triggers: { completed: { event: 'route.completed', object: '1', task: 'tell' } },
    },
  });
  const [run] = await app.api.runsOf(await app.api.emit({ type: 'route.completed', data: call }));
  expect(run).toMatchObject({ state: 'succeeded' });
  const history = await app.api.run(run!.id);
  return { ...receiver.deliveries[0]!, runId: run!.id, history };
}

describe('the payload of a webhook', () => {
  it('is the event, the id of the call, the request, the response and the secret', async () => {
    const { method, headers, body, runId, history } = await report({ payloadSecret: 'secret-1' });
    expect({ method, type: headers['content-type'] }).toEqual({ method: 'POST', type: 'application/json' });
    expect(body).toBe(
      JSON.stringify({
        event: { id: 1, label: 'event-1' },
        id: runId,
        request: { tag: 'tag-1', method: 'post', url: '/api/v01/some/url/path', body: { foo: 'bar' } },
        response: { status: 200, body: {} },
        secret: 'secret-1',
      }),
    );
    expect(runId).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(history).toMatchObject({ id: runId, attemptLog: [{ outcome: 'succeeded' }] });
    expect(JSON.stringify(history)).not.toContain('secret-1');
  });

  it('has no secret where none is set', async () => {
    expect(JSON.parse((await report()).body)).not.toHaveProperty('secret');
  });
});

it('a webhook has one custom header and its value, and basic authentication', async () => {
  const { headers } = await report({
    auth: { type: 'basic', user: 'apio', password: 'core' },
    headers: [
      { name: 'content-type', value: 'application/json' },
      { name: 'X-Custom', value: 'custom value', secret: true },
    ],
  });
  expect(headers).toMatchObject({
    authorization: `Basic ${Buffer.from('apio:core').toString('base64')}`,
    'content-type': 'application/json',
    'x-custom': 'custom value',
  });
});
