import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type ApiApp } from '../../../test/support/api-app.ts';
import { housePlugin, lampPlugin } from '../../../test/support/api-plugins.ts';

describe('types and plugins', () => {
  let api: ApiApp;

  beforeAll(async () => {
    api = await startApi([lampPlugin, housePlugin]);
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  it('a type is shown with JSON Schemas of what people write', async () => {
    const { status, body } = await api.send('GET', '/api/types/lamp');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'lamp',
      label: 'Lamp',
      description: 'Something that shines.',
      plugin: 'lamp',
      available: true,
      instances: 'required',
      settings: {
        type: 'object',
        properties: { watts: { type: 'integer', default: 10 }, pin: { type: 'string', writeOnly: true } },
      },
      events: [
        { name: 'lamp.lit', data: { type: 'object', properties: { level: { enum: ['low', 'high'] } } } },
        { name: 'lamp.broken' },
      ],
      actions: [
        {
          name: 'lamp.light',
          label: 'Light',
          description: 'Makes it shine.',
          idempotent: true,
          input: { type: 'object', required: ['level'] },
        },
      ],
    });
    // What has a default need not be written.
    expect(body.settings.required ?? []).not.toContain('watts');
  });

  it('types are listed by name, those without objects or actions, too', async () => {
    const { body } = await api.send('GET', '/api/types');
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['house', 'lamp', 'task']);
    expect(body.items[0]).toMatchObject({ instances: 'none', actions: [], settings: { type: 'object' } });
    expect(await api.send('GET', '/api/types/ufo')).toMatchObject({ status: 404 });
  });

  it('plugins are listed with their state and what they say of their health', async () => {
    const { body } = await api.send('GET', '/api/plugins');
    expect(body.items).toMatchObject([
      {
        name: 'house',
        state: 'up',
        types: ['house'],
        restarts: 0,
        health: { up: false, reason: 'draughty' },
      },
      { name: 'lamp', state: 'up', types: ['lamp'], since: expect.stringMatching(/Z$/) },
      { name: 'task' },
    ]);
    expect(body.items[1]).not.toHaveProperty('health');
    api.registry.report('lamp', { state: 'down', reason: 'gone', restarts: 3 });
    expect((await api.send('GET', '/api/plugins/lamp')).body).toMatchObject({
      state: 'down',
      reason: 'gone',
      restarts: 3,
    });
    expect((await api.send('GET', '/api/types/lamp')).body.available).toBe(false);
    expect(await api.send('GET', '/api/plugins/ufo')).toMatchObject({ status: 404 });
  });
});
