import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';

let api: ApiApp;

beforeAll(async () => {
  api = await startApi([lampPlugin]);
  await api.send('PUT', '/api/objects/lamp/hall', {});
  await api.send('PUT', '/api/tasks/shine', light);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

const light = { action: 'lamp.light', target: { object: 'hall' }, settings: { level: 'x' } };
const password = 'seven horses in a row';

/** Of each kind: where it is, what makes it, and what changes it. */
const kinds: readonly (readonly [kind: string, url: string, body: object, patch: object])[] = [
  ['an object', '/api/objects/lamp/desk', { name: 'Desk' }, { name: 'Desktop' }],
  ['a tag', '/api/tags/rooms/study', {}, { description: 'Quiet' }],
  ['a task', '/api/tasks/desk-on', light, { name: 'Desk on' }],
  ['a trigger', '/api/triggers/lit', { event: 'lamp.lit', task: 'shine' }, { enabled: false }],
  ['a user', '/api/users/alice', { password, scopes: ['read'] }, { scopes: ['read', 'operate'] }],
];

const tagOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }) => headers['etag'] as string;

describe.each(kinds)('the ETag of %s', (_kind, url, body, patch) => {
  it('comes with every answer that holds it, and is another one after each change', async () => {
    const made = await api.send('PUT', url, body);
    expect(made.status).toBe(201);
    expect(tagOf(made)).toMatch(/^"[0-9a-z]+-[0-9a-z]+"$/);
    expect(tagOf(await api.send('GET', url))).toBe(tagOf(made));
    const patched = await api.send('PATCH', url, patch);
    expect(patched.status).toBe(200);
    expect(tagOf(patched)).not.toBe(tagOf(made));
    expect(tagOf(await api.send('PATCH', url, patch))).toBe(tagOf(patched));
    expect(tagOf(await api.send('PUT', url, body))).not.toBe(tagOf(patched));
  });

  it('keeps what has been changed meanwhile from being changed or removed', async () => {
    const old = tagOf(await api.send('PUT', url, body));
    const fresh = tagOf(await api.send('PATCH', url, patch));
    for (const [method, sent] of [
      ['PUT', body],
      ['PATCH', patch],
      ['DELETE', undefined],
    ] as const) {
      const refused = await api.send(method, url, sent, { 'if-match': old });
      expect(refused).toMatchObject({
        status: 412,
        body: { code: 'PRECONDITION_FAILED', detail: expect.stringContaining(fresh) },
      });
    }
    expect(tagOf(await api.send('GET', url))).toBe(fresh);
    const put = await api.send('PUT', url, body, { 'if-match': `"other", ${fresh}` });
    expect(put.status).toBe(200);
    expect(await api.send('DELETE', url, undefined, { 'if-match': tagOf(put) })).toMatchObject({
      status: 204,
    });
    const again = await api.send('PUT', url, body);
    expect(tagOf(again)).not.toBe(tagOf(put));
    await api.send('DELETE', url);
  });

  it('lets exactly one of two writers win that have seen the same', async () => {
    const seen = tagOf(await api.send('PUT', url, body));
    const answers = await Promise.all(
      [patch, { ...patch }].map((sent) => api.send('PATCH', url, sent, { 'if-match': seen })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    await api.send('DELETE', url);
  });

  it('is asked for with *, and the want of it with If-None-Match', async () => {
    expect((await api.send('PUT', url, body, { 'if-match': '*' })).status).toBe(412);
    expect((await api.send('PATCH', url, patch, { 'if-match': '*' })).status).toBe(404);
    expect((await api.send('DELETE', url, undefined, { 'if-match': '*' })).status).toBe(404);
    const made = await api.send('PUT', url, body, { 'if-none-match': '*' });
    expect(made.status).toBe(201);
    expect(await api.send('PUT', url, body, { 'if-none-match': '*' })).toMatchObject({
      status: 412,
      body: { code: 'PRECONDITION_FAILED' },
    });
    expect((await api.send('PUT', url, body, { 'if-match': '*' })).status).toBe(200);
    expect((await api.send('PATCH', url, patch, { 'if-match': `W/${tagOf(made)}` })).status).toBe(412);
    for (const wrong of [tagOf(made).slice(1, -1), '"a', 'W/*', ''])
      expect([wrong, (await api.send('PATCH', url, patch, { 'if-match': wrong })).status]).toEqual([
        wrong,
        400,
      ]);
    await api.send('DELETE', url);
  });
});

it('the ETag of a token stands for its name, scopes and end', async () => {
  const made = await api.send('POST', '/api/tokens', { name: 'ci', scopes: ['ingest'] });
  const url = `/api/tokens/${made.body.id}`;
  expect(tagOf(made)).toBe(tagOf(await api.send('GET', url)));
  const put = await api.send('PUT', url, { name: 'cd', scopes: ['read'] }, { 'if-match': tagOf(made) });
  expect(put).toMatchObject({ status: 200, body: { name: 'cd', scopes: ['read'] } });
  expect(put.body).not.toHaveProperty('token');
  expect(await api.send('PATCH', url, { name: 'ce' }, { 'if-match': tagOf(made) })).toMatchObject({
    status: 412,
  });
  expect(await api.send('DELETE', url, undefined, { 'if-match': tagOf(made) })).toMatchObject({
    status: 412,
  });
  expect(await api.send('DELETE', url, undefined, { 'if-match': tagOf(put) })).toMatchObject({ status: 204 });
});

it('lists have no ETag', async () => {
  expect(tagOf(await api.send('GET', '/api/objects'))).toBeUndefined();
});
