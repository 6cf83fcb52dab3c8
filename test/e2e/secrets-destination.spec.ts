import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

const safePlugin = join(import.meta.dirname, '../fixtures/plugins/safe/index.ts');
const drivers = ['power-http', 'power-proxmox', 'power-redfish', 'power-vergeos'];
const url = 'https://127.0.0.1:9443';
const elsewhere = ['https://127.0.0.2:9443', 'https://127.0.0.1:9444', 'http://127.0.0.1:9443'];

/** Settings of an object with a secret, and patches of them that lead it to somewhere or somebody else. */
const cases: readonly (readonly [
  type: string,
  settings: object,
  secret: object,
  patches: readonly object[],
])[] = [
  [
    'webhook',
    { url, auth: { type: 'bearer', token: 'canary-1' } },
    { auth: { type: 'bearer', token: 'canary-2' } },
    [...elsewhere.map((to) => ({ url: to })), { allowInsecureCertificates: true }],
  ],
  [
    'email',
    { host: '127.0.0.1', port: 2525, user: 'u', password: 'canary-1', from: 'a@example.com' },
    { password: 'canary-2' },
    [{ host: '127.0.0.2' }, { port: 25 }, { tls: 'none' }, { allowInsecureCertificates: true }],
  ],
  [
    'power-http',
    { url, auth: { type: 'bearer', token: 'canary-1' } },
    { auth: { type: 'bearer', token: 'canary-2' } },
    [...elsewhere.map((to) => ({ url: to })), { allowInsecureCertificates: true }],
  ],
  [
    'power-proxmox',
    { url, tokenId: 'ops@pve!power', tokenSecret: 'canary-1' },
    { tokenSecret: 'canary-2' },
    [...elsewhere.map((to) => ({ url: to })), { allowInsecureCertificates: true }],
  ],
  [
    'power-redfish',
    { url, user: 'u', password: 'canary-1' },
    { password: 'canary-2' },
    [...elsewhere.map((to) => ({ url: to })), { allowInsecureCertificates: true }],
  ],
  [
    'power-vergeos',
    { url, apiKey: 'canary-1' },
    { apiKey: 'canary-2' },
    [...elsewhere.map((to) => ({ url: to })), { allowInsecureCertificates: true }],
  ],
];

describe('a stored secret', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({ config: { plugins: ['vm', 'webhook', 'email', ...drivers, safePlugin] } });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  it.each(cases)(
    'of a %s is not sent elsewhere without being given again',
    async (plugin, settings, secret, patches) => {
      const { api } = app;
      const types = (await api.get<{ types: readonly string[] }>(`/api/plugins/${plugin}`)).body.types;
      const path = `/api/objects/${types[0]!}/one`;
      await api.put(path, { settings });
      for (const patch of patches) {
        const refused = {
          status: 422,
          body: { code: 'SETTINGS_INVALID', detail: expect.stringContaining('given again') },
        };
        expect(await api.request('PATCH', path, { settings: patch })).toMatchObject(refused);
        const shown = (await api.get<{ settings: object }>(path)).body.settings;
        expect(JSON.stringify(shown)).not.toContain('canary');
        expect(await api.request('PUT', path, { settings: { ...shown, ...patch } })).toMatchObject(refused);
      }
      // With it, and what has nothing to do with it without.
      expect(await api.request('PATCH', path, { settings: { ...patches[0], ...secret } })).toMatchObject({
        status: 200,
      });
      expect(await api.request('PATCH', path, { settings: { timeout: 20 } })).toMatchObject({ status: 200 });
    },
  );

  it('of a task is not sent to another target', async () => {
    const { api } = app;
    const task = { action: 'safe.open', target: { object: 'a' }, settings: { pin: 'canary-3' } };
    for (const key of ['a', 'b']) await api.put(`/api/objects/safe/${key}`, { settings: { url, code: 'c' } });
    await api.put('/api/tasks/open', task);
    const { body } = await api.get<{ settings: object }>('/api/tasks/open');
    expect(body.settings).toEqual({ pin: '********' });
    for (const target of [{ object: 'b' }, { tag: 'any/safe' }])
      expect(
        await api.request('PATCH', '/api/tasks/open', { target: { object: null, ...target } }),
      ).toMatchObject({
        status: 422,
        body: { code: 'SETTINGS_INVALID', field: 'target', detail: expect.stringContaining('given again') },
      });
    expect(await api.request('PATCH', '/api/tasks/open', { name: 'Open' })).toMatchObject({ status: 200 });
    const moved = { ...task, target: { object: 'b' } };
    expect(await api.request('PUT', '/api/tasks/open', moved)).toMatchObject({ status: 200 });
  });
});
