import {
  BadRequestException,
  Controller,
  Get,
  HttpException,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { Public } from '../auth/scopes.ts';
import { AnyQuery } from '../validation/query.guard.ts';
import { asSignalboxError } from './as-signalbox-error.ts';

/** As a plugin would bring it. */
@Controller('api/broken')
@Public()
@AnyQuery()
class BrokenController {
  @Get('crash')
  crash(): never {
    throw new Error('password hunter2 at /etc/shadow');
  }

  @Get('thrown')
  thrown(): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what careless code does
    throw 'hunter2';
  }

  @Get('shutdown')
  shutdown(): never {
    throw new SignalboxError('SHUTTING_DOWN', 'bye');
  }
}

describe('problems', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([lampPlugin], { adminToken, controllers: [BrokenController] });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  it('say what is wrong, where, and what to do', async () => {
    const { status, headers, body } = await api.send('GET', '/api/tasks/nope', undefined, {
      'x-request-id': 'req-1',
    });
    expect(status).toBe(404);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(headers['x-request-id']).toBe('req-1');
    expect(body).toEqual({
      type: 'urn:signalbox:error:NOT_FOUND',
      title: 'Not found',
      status: 404,
      detail: 'there is no task nope',
      code: 'NOT_FOUND',
      action: 'Check the path and the id.',
      requestId: 'req-1',
    });
  });

  it.each(['a b', 'x'.repeat(129), 'a\tb', '<script>'])(
    'make an id of their own in place of %j',
    async (given) => {
      const { headers, body } = await api.send('GET', '/api/nowhere', undefined, { 'x-request-id': given });
      expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['x-request-id']).toBe(body.requestId);
    },
  );

  it.each([
    [
      'broken JSON',
      'POST',
      '/api/events',
      '{"a":\n oops}',
      {},
      400,
      'BODY_INVALID',
      'unexpected "o" at line 2, column 2',
    ],
    [
      'a key that could reach a prototype',
      'POST',
      '/api/events',
      '{"__proto__":{}}',
      {},
      400,
      'BODY_INVALID',
      '"__proto__"',
    ],
    [
      'deep nesting',
      'POST',
      '/api/events',
      `${'['.repeat(65)}${']'.repeat(65)}`,
      {},
      400,
      'BODY_INVALID',
      '64 levels',
    ],
    [
      'a body that is too large',
      'POST',
      '/api/events',
      `"${'x'.repeat(256 * 1024)}"`,
      {},
      413,
      'BODY_TOO_LARGE',
      '',
    ],
    [
      'a form',
      'POST',
      '/api/events',
      'a=1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      '',
    ],
    ['text', 'PUT', '/api/tasks/x', 'a', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE', ''],
    [
      'no media type',
      'POST',
      '/api/events',
      '{}',
      { 'content-type': undefined },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      '',
    ],
    [
      'a media type that is none',
      'POST',
      '/api/events',
      '{}',
      { 'content-type': 'json' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      '',
    ],
    [
      'a patch as event',
      'POST',
      '/api/events',
      '{}',
      { 'content-type': 'application/merge-patch+json' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      '',
    ],
    [
      'a compressed body',
      'POST',
      '/api/events',
      '{}',
      { 'content-encoding': 'gzip' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'gzip',
    ],
    ['an unknown path', 'GET', '/api/nowhere', undefined, {}, 404, 'NOT_FOUND', '/api/nowhere'],
    ['an empty key', 'GET', '/api/objects/lamp/', undefined, {}, 404, 'NOT_FOUND', ''],
    [
      'a key longer than any',
      'GET',
      `/api/objects/lamp/${'x'.repeat(5_000)}`,
      undefined,
      {},
      404,
      'NOT_FOUND',
      '',
    ],
    ['a malformed URL', 'GET', '/api/objects/lamp/%E0%A4%A', undefined, {}, 400, 'REQUEST_INVALID', ''],
  ])('are the answer to %s', async (_what, method, url, sent, headers, status, code, detail) => {
    const answer = await api.send(method, url, sent, headers);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, requestId: answer.headers['x-request-id'] });
    expect(answer.body.detail).toContain(detail);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('tell the methods that a path has', async () => {
    expect(await api.send('PUT', '/api/events')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, POST' },
      body: {
        code: 'METHOD_NOT_ALLOWED',
        detail: '/api/events does not answer to PUT, but to GET, HEAD, POST',
      },
    });
    expect((await api.send('OPTIONS', '/api/objects/lamp/a%2Fb?x=1')).headers['allow']).toBe(
      'DELETE, GET, HEAD, PATCH, PUT',
    );
  });

  it('tell nothing of what went wrong inside, but to the log', async () => {
    for (const what of ['crash', 'thrown']) {
      const { status, body } = await api.send('GET', `/api/broken/${what}?token=hunter2`);
      expect({ status, code: body.code }).toEqual({ status: 500, code: 'INTERNAL' });
      expect(JSON.stringify(body)).not.toContain('hunter2');
      const line = api.log.at(-1);
      expect(line).toMatchObject({
        level: 'error',
        fields: { requestId: body.requestId, method: 'GET', path: `/api/broken/${what}` },
      });
    }
    expect(api.log).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ err: expect.any(Error) }) }),
    );
  });

  it('are told to the log, too, under the id of the request and without what was sent', async () => {
    const { body } = await api.send('POST', '/api/events?token=hunter2', { type: 'hunter2' });
    expect(api.log.at(-1)).toEqual({
      level: 'info',
      message: 'request refused',
      fields: {
        ...{ requestId: body.requestId, method: 'POST', path: '/api/events' },
        ...{ status: 422, code: 'EVENT_TYPE_UNKNOWN', field: 'type' },
      },
    });
  });

  it('carry Retry-After when the service is not available', async () => {
    expect(await api.send('GET', '/api/broken/shutdown')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { code: 'SHUTTING_DOWN' },
    });
  });
});

describe('asSignalboxError', () => {
  it.each([
    [new BadRequestException('no'), 'REQUEST_INVALID', 'no'],
    [new NotFoundException('gone'), 'NOT_FOUND', 'gone'],
    [new ServiceUnavailableException('busy'), 'OVERLOADED', 'busy'],
    [new HttpException('teapot', 418), 'REQUEST_INVALID', 'teapot'],
    [new HttpException('secret', 500), 'INTERNAL', 'something went wrong inside Signalbox'],
    [new TypeError('secret'), 'INTERNAL', 'something went wrong inside Signalbox'],
    [undefined, 'INTERNAL', 'something went wrong inside Signalbox'],
  ])('makes of %p an error with a code', (thrown, code, message) => {
    expect(asSignalboxError(thrown)).toMatchObject({ code, message });
  });

  it('leaves a Signalbox error as it is', () => {
    const error = new SignalboxError('IN_USE', 'x');
    expect(asSignalboxError(error)).toBe(error);
  });
});
