import { describe, expect, it } from '@jest/globals';
import { Controller, type BeforeApplicationShutdown } from '@nestjs/common';
import { definePlugin } from '../../sdk/index.ts';
import { startApi, type ApiReply } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';

const anybody = { authorization: undefined };

it('is live as long as the process answers', async () => {
  await using api = await startApi([]);
  api.storage.fail = true;
  expect(await api.send('GET', '/health/live', undefined, anybody)).toMatchObject({
    status: 200,
    body: { status: 'ok' },
  });
});

it('is ready while the storage answers, and says no more than that when it does not', async () => {
  await using api = await startApi([]);
  const ready = () => api.send('GET', '/health/ready', undefined, anybody);
  expect(await ready()).toMatchObject({
    status: 200,
    body: { status: 'ok', details: { storage: { status: 'up' } } },
  });
  api.storage.fail = true;
  const { status, headers, body } = await ready();
  expect({ status, code: body.code, detail: body.detail }).toEqual({
    status: 503,
    code: 'STORAGE_UNAVAILABLE',
    detail: 'the storage does not answer',
  });
  expect(headers['content-type']).toContain('application/problem+json');
  expect(headers['retry-after']).toBeDefined();
  api.storage.fail = false;
  expect((await ready()).status).toBe(200);
});

it('is not ready when the storage hangs', async () => {
  await using api = await startApi([]);
  api.storage.ping = () => new Promise(() => undefined);
  expect(await api.send('GET', '/health/ready', undefined, anybody)).toMatchObject({ status: 503 });
});

it('is not ready once it shuts down', async () => {
  let answer: ApiReply | undefined;
  @Controller()
  class Last implements BeforeApplicationShutdown {
    async beforeApplicationShutdown(): Promise<void> {
      answer = await api.send('GET', '/health/ready', undefined, anybody);
    }
  }
  const api = await startApi([], { controllers: [Last] });
  await api[Symbol.asyncDispose]();
  expect(answer).toMatchObject({ status: 503, body: { code: 'SHUTTING_DOWN' } });
});

describe('GET /api/health', () => {
  const worn = definePlugin({
    name: 'worn',
    api: '^1.0.0',
    types: [],
    health: () => ({ up: false, reason: 'its disk is nearly full' }),
  });

  it('tells of each plugin, and is degraded by one that is not well', async () => {
    await using api = await startApi([lampPlugin, worn]);
    expect(await api.send('GET', '/api/health')).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        details: {
          storage: { status: 'up' },
          'plugin:lamp': { status: 'up', state: 'up' },
          'plugin:worn': { status: 'degraded', state: 'up', reason: 'its disk is nearly full' },
        },
      },
    });
    api.registry.report('lamp', { state: 'down', reason: 'no bulb', restarts: 1 });
    const { body } = await api.send('GET', '/api/health');
    expect(body).toMatchObject({ details: { 'plugin:lamp': { status: 'degraded', reason: 'no bulb' } } });
  });

  it('is ok while all are well', async () => {
    await using api = await startApi([lampPlugin]);
    expect(await api.send('GET', '/api/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('wants a token, and says when the storage does not answer', async () => {
    await using api = await startApi([]);
    expect((await api.send('GET', '/api/health', undefined, anybody)).status).toBe(401);
    api.storage.fail = true;
    expect(await api.send('GET', '/api/health')).toMatchObject({
      status: 503,
      body: { code: 'STORAGE_UNAVAILABLE' },
    });
  });
});
