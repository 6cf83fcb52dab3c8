import { expect, it } from '@jest/globals';
import { Controller, type BeforeApplicationShutdown } from '@nestjs/common';
import { startApi, type ApiReply } from '../../../test/support/api-app.ts';

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
