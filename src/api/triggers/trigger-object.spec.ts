import { expect, it } from '@jest/globals';
import { startApi } from '../../../test/support/api-app.ts';
import { lampPlugin } from '../../../test/support/api-plugins.ts';
import { defineObjectType, definePlugin, z } from '../../sdk/index.ts';

const events = { rung: z.object({}) };
const bells = definePlugin({
  name: 'bells',
  api: '^1.0.0',
  types: [
    defineObjectType({ name: 'bell', label: 'Bell', ingest: false, events }),
    defineObjectType({ name: 'chime', label: 'Chime', ingest: false, register: true, events }),
    defineObjectType({ name: 'horn', label: 'Horn', events }),
  ],
});

it('a trigger that is on waits for an object that is there, unless events may be about it before', async () => {
  await using api = await startApi([bells, lampPlugin]);
  await api.send('PUT', '/api/objects/lamp/hall', {});
  const target = { object: 'hall' };
  await api.send('PUT', '/api/tasks/shine', { action: 'lamp.light', target, settings: { level: 'x' } });
  const put = (type: string, more: object = {}) =>
    api.send('PUT', `/api/triggers/${type}`, { event: `${type}.rung`, object: 'b', task: 'shine', ...more });

  const missing = { status: 422, body: { code: 'REFERENCE_MISSING', field: 'object' } };
  expect(await put('bell')).toMatchObject(missing);
  expect((await put('chime')).status).toBe(201);
  expect((await put('horn')).status).toBe(201);
  expect((await put('bell', { enabled: false })).status).toBe(201);
  expect(await api.send('PATCH', '/api/triggers/bell', { enabled: true })).toMatchObject(missing);
  const trigger = { event: 'bell.rung', object: 'b', task: 'shine' };
  expect((await api.send('POST', '/api/config/plan', { triggers: { bell: trigger } })).status).toBe(422);
  await api.send('PUT', '/api/objects/bell/b', {});
  expect((await api.send('PATCH', '/api/triggers/bell', { enabled: true })).status).toBe(200);
});
