import { describe, expect, it } from '@jest/globals';
import { startApi } from '../../../test/support/api-app.ts';

const nobody = { authorization: undefined };

describe('GET /api/docs', () => {
  it('is a page for anybody, which loads nothing from elsewhere', async () => {
    await using api = await startApi([]);
    const { status, headers, text } = await api.app.inject({ url: '/api/docs' }).then((answer) => ({
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
    }));
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain(`default-src 'none'; script-src 'self'`);
    expect(text).not.toMatch(/https?:\/\//);
    const parts = Array.from(text.matchAll(/(?:src|href)="([^"]+)"/g), ([, path = '']) => path);
    expect(parts).toHaveLength(3);
    for (const part of parts) {
      const answer = await api.app.inject({ url: `/api/${part}` });
      const type = part.endsWith('.css') ? 'text/css' : 'text/javascript';
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
    }
  });

  it('gives no other file', async () => {
    await using api = await startApi([]);
    for (const name of ['package.json', '..%2Fpackage.json', 'constructor', 'swagger-initializer.js'])
      expect((await api.send('GET', `/api/docs/${name}`, undefined, nobody)).status).toBe(404);
  });

  it('leaves the description itself to those who may read', async () => {
    await using api = await startApi([]);
    expect((await api.send('GET', '/api/openapi.json', undefined, nobody)).status).toBe(401);
    expect((await api.send('GET', '/api/openapi.json')).status).toBe(200);
  });
});
