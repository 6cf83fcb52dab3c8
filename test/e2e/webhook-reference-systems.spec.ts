import { describe, expect, it } from '@jest/globals';
import { deliver } from '../support/wired-webhook.ts';

/* The webhooks of the systems whose features are covered, each with settings that have the same effect. */

describe('a webhook as VergeOS has it', () => {
  it('sends a message with variables, a bearer token and headers', async () => {
    const { headers, body } = await deliver({
      settings: {
        auth: { type: 'bearer', token: 'xoxb-1' },
        headers: [
          { name: 'content-type', value: 'application/json' },
          { name: 'X-Priority', value: 'high' },
        ],
        allowInsecureCertificates: false,
        timeout: 5,
        retries: 3,
      },
      task: {
        message: {
          text: 'Sync Error Alert: ${NAME} failed at ${DATE}',
          epoch: '${TIMESTAMP}',
          nonce: '${RANDOM}',
        },
      },
    });
    expect(headers).toMatchObject({
      authorization: 'Bearer xoxb-1',
      'content-type': 'application/json',
      'x-priority': 'high',
    });
    expect(JSON.parse(body)).toEqual({
      text: expect.stringMatching(
        /^Sync Error Alert: Machine hook failed at \w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d \S+$/,
      ),
      epoch: expect.any(Number),
      nonce: expect.any(Number),
    });
  });
});

describe('a webhook as ZigiOps has it', () => {
  it.each(['POST', 'PUT', 'PATCH'])(
    'sends a %s with basic authentication, fields mapped and placed at the data location',
    async (method) => {
      const incident = await deliver({
        settings: {
          method,
          auth: { type: 'basic', user: 'zigi', password: 'ops' },
          dataLocation: 'root/result',
        },
        task: { message: { number: '${event.data.number}', short_description: '${event.data.title}' } },
        data: { number: 42, title: 'Mail is down', internal: 'not for others' },
      });
      expect(incident.method).toBe(method);
      expect(incident.headers).toMatchObject({
        authorization: `Basic ${Buffer.from('zigi:ops').toString('base64')}`,
        'content-type': 'application/json',
      });
      expect(JSON.parse(incident.body)).toEqual({
        root: { result: { number: 42, short_description: 'Mail is down' } },
      });
    },
  );
});

describe('a webhook as DataGerry has it', () => {
  const message = {
    event_time: '${event.time}',
    operation: '${event.data.operation}',
    object_before: '${event.data.before}',
    object_after: '${event.data.after}',
    changes: '${event.data.changes}',
  };
  const server = { public_id: 7, fields: [{ name: 'ram', value: 16 }], active: true };
  const grown = { ...server, fields: [{ name: 'ram', value: 32 }] };

  it.each([
    ['CREATE', null, server, {}],
    ['UPDATE', server, grown, { ram: { before: 16, after: 32 } }],
    ['DELETE', server, null, {}],
  ])('sends whole objects and what changed by %s', async (operation, before, after, changes) => {
    const { method, headers, body } = await deliver({
      task: { message },
      data: { operation, before, after, changes },
    });
    expect({ method, type: headers['content-type'] }).toEqual({ method: 'POST', type: 'application/json' });
    expect(JSON.parse(body)).toEqual({
      event_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      operation,
      object_before: before,
      object_after: after,
      changes,
    });
  });
});

describe('a webhook as APIO core has it', () => {
  it('sends request, response and secret, with a custom header and basic authentication', async () => {
    const call = {
      request: { tag: 'tag-1', method: 'post', url: '/api/v01/some/path', body: { foo: 'bar' } },
      response: { status: 200, body: {} },
    };
    const { headers, body } = await deliver({
      settings: {
        auth: { type: 'basic', user: 'apio', password: 'core' },
        headers: [
          { name: 'content-type', value: 'application/json' },
          { name: 'X-Custom', value: 'custom value', secret: true },
        ],
        payloadSecret: 'secret-1',
      },
      task: {
        message: {
          event: { id: 1, label: 'event-1' },
          request: '${event.data.request}',
          response: '${event.data.response}',
        },
      },
      data: call,
    });
    expect(headers).toMatchObject({
      authorization: `Basic ${Buffer.from('apio:core').toString('base64')}`,
      'x-custom': 'custom value',
    });
    expect(JSON.parse(body)).toEqual({
      event: { id: 1, label: 'event-1' },
      ...call,
      secret: 'secret-1',
    });
  });
});
