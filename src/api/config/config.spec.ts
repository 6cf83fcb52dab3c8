import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, startApi, type ApiApp } from '../../../test/support/api-app.ts';
import type { ConfigReport } from '../../kernel/configuration.ts';
import { defineObjectType, definePlugin, secret, z } from '../../sdk/index.ts';

const lamp = defineObjectType({
  name: 'lamp',
  label: 'Lamp',
  settings: z.object({
    watts: z.number().min(3, { error: 'must be 3 to 120 watts' }).default(60),
    pin: secret().optional(),
    look: z.object({ colour: z.string().default('white'), shade: z.string().optional() }).prefault({}),
    ports: z.array(z.object({ number: z.int(), key: secret().optional() })).default([]),
  }),
  events: { lit: z.object({ level: z.string() }) },
  actions: {
    dim: {
      label: 'Dim',
      input: z.object({ to: z.number(), code: secret().optional() }),
      idempotent: true,
      run: () => Promise.resolve(),
    },
  },
});
const plugin = definePlugin({ name: 'lamp', api: '^1.0.0', types: [lamp] });

const files = {
  tags: { 'lamps/hall': 'Lamps in the hall' },
  objects: {
    'lamp/one': {
      tags: ['lamps/hall'],
      settings: { watts: 40, pin: 'very-secret', ports: [{ number: 1, key: 'port-secret' }] },
    },
    'lamp/two': null,
  },
  tasks: {
    'dim-one': { action: 'lamp.dim', target: { object: 'one' }, settings: { to: 5, code: 'task-secret' } },
  },
  triggers: { 'when-lit': { event: 'lamp.lit', tag: 'lamps/hall', task: 'dim-one' } },
};
const withOne = (settings: object) => ({
  ...files,
  objects: { ...files.objects, 'lamp/one': { tags: ['lamps/hall'], settings } },
});
const one = files.objects['lamp/one'].settings;

let api: ApiApp;

beforeAll(async () => {
  api = await startApi([plugin], { adminToken });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

const plan = (body: object) => api.send('POST', '/api/config/plan', body);
const apply = (body: object) => api.send('POST', '/api/config/apply', body);

describe('the configuration of a running server', () => {
  it('is planned before it is applied: the same answer, and nothing has changed', async () => {
    const planned = await plan(files);
    expect((await api.send('GET', '/api/objects')).body.items).toEqual([]);
    expect(planned).toMatchObject({
      status: 200,
      body: { summary: { created: 5, updated: 0, unchanged: 0, removed: 0, left: 0 } },
    });
    expect(planned.body.changes[1]).toEqual({
      kind: 'object',
      id: 'lamp/one',
      change: 'created',
      fields: [
        { field: 'tags', after: ['lamps/hall'] },
        { field: 'settings.watts', after: 40 },
        { field: 'settings.pin', after: '********', secret: true },
        { field: 'settings.ports', after: [{ number: 1, key: '********' }] },
      ],
    });
    const applied = await apply(files);
    expect(applied.body).toEqual(planned.body);
    expect((await plan(files)).body).toMatchObject({ changes: [], summary: { unchanged: 5 } });
    expect((await api.send('GET', '/api/tasks/dim-one')).body).toMatchObject({ managedBy: 'config' });
  });

  it('is compared field by field, secrets never shown', async () => {
    const { body } = await plan(
      withOne({ pin: 'another', look: { shade: 'x' }, ports: [{ number: 1, key: 'other' }] }),
    );
    expect(body.changes).toEqual([
      {
        kind: 'object',
        id: 'lamp/one',
        change: 'updated',
        fields: [
          { field: 'settings.watts', before: 40, after: 60 },
          { field: 'settings.pin', before: '********', after: '********', secret: true },
          { field: 'settings.look.shade', after: 'x' },
          { field: 'settings.ports[0].key', before: '********', after: '********', secret: true },
        ],
      },
    ]);
    const longer = await plan(withOne({ ...one, ports: [...one.ports, { number: 2 }] }));
    expect(longer.body.changes[0].fields).toEqual([
      {
        field: 'settings.ports',
        before: [{ number: 1, key: '********' }],
        after: [{ number: 1, key: '********' }, { number: 2 }],
      },
    ]);
  });

  it('keeps secrets that are sent masked', async () => {
    const masked = withOne({ ...one, pin: '********', ports: [{ number: 1, key: '********' }] });
    expect((await plan(masked)).body.changes).toEqual([]);
    const settings = { to: 5, code: '********' };
    const tasks = { 'dim-one': { ...files.tasks['dim-one'], settings } };
    expect((await plan({ ...files, tasks })).body.changes).toEqual([]);
  });

  it('takes texts for numbers where it is told that they came from outside', async () => {
    const path = ['objects', 'lamp/one', 'settings', 'watts'];
    const body = withOne({ ...one, watts: '40' });
    expect((await plan({ ...body, texts: [path] })).body.changes).toEqual([]);
    expect(await plan(body)).toMatchObject({
      status: 422,
      body: { code: 'SETTINGS_INVALID', field: 'objects.lamp/one.settings.watts' },
    });
  });

  it('is refused as a whole, each problem with its field, by the plan as by the application', async () => {
    const wrong = {
      objects: { 'lamp/one': { settings: { watts: 1 } }, 'lamp/new': null },
      triggers: { t: { event: 'lamp.lit', task: 'nobody' } },
    };
    for (const send of [plan, apply]) {
      expect(await send(wrong)).toMatchObject({
        status: 422,
        body: {
          code: 'RESOURCE_INVALID',
          errors: [
            { field: 'objects.lamp/one.settings.watts', message: 'must be 3 to 120 watts' },
            { field: 'triggers.t.task', message: 'there is no task nobody' },
          ],
        },
      });
    }
    expect((await api.send('GET', '/api/objects/lamp/new')).status).toBe(404);
    expect(await plan({ object: {}, tasks: { a: { target: {} } } })).toMatchObject({
      status: 422,
      body: {
        errors: expect.arrayContaining([
          { field: 'object', message: expect.stringContaining('unknown key') },
          { field: 'tasks.a.target', message: expect.stringContaining('must be either') },
        ]),
      },
    });
  });

  it('shows what was changed by hand', async () => {
    await api.send('PATCH', '/api/objects/lamp/one', { settings: { watts: 25 } });
    const { body: object } = await api.send('GET', '/api/objects/lamp/one');
    expect(object).toMatchObject({ managedBy: 'config', changedByHandAt: object.updatedAt });
    expect((await plan(files)).body.changes).toMatchObject([
      {
        id: 'lamp/one',
        changedByHandAt: object.updatedAt,
        fields: [{ field: 'settings.watts', before: 25, after: 40 }],
      },
    ]);
    await apply(files);
    expect((await api.send('GET', '/api/objects/lamp/one')).body).not.toHaveProperty('changedByHandAt');
  });

  it('is exported with secrets masked, and changes nothing when it is applied again', async () => {
    await api.send('PUT', '/api/objects/lamp/of-people', { settings: { look: { colour: 'red' } } });
    const { body } = await api.send('GET', '/api/config');
    const { secrets, warnings, ...sections } = body;
    expect(sections).toEqual({
      ...files,
      objects: {
        'lamp/of-people': { settings: { look: { colour: 'red' } } },
        'lamp/one': {
          tags: ['lamps/hall'],
          settings: { watts: 40, pin: '********', ports: [{ number: 1, key: '********' }] },
        },
        'lamp/two': {},
      },
      tasks: { 'dim-one': { ...files.tasks['dim-one'], settings: { to: 5, code: '********' } } },
    });
    expect(warnings).toEqual([]);
    expect(secrets).toEqual([
      { path: ['objects', 'lamp/one', 'settings', 'pin'], single: true },
      { path: ['objects', 'lamp/one', 'settings', 'ports', 0, 'key'], single: true },
      { path: ['tasks', 'dim-one', 'settings', 'code'], single: true },
    ]);
    expect((await plan(body)).body).toMatchObject({
      changes: [{ kind: 'object', id: 'lamp/of-people', change: 'adopted', fields: [] }],
      summary: { created: 0, updated: 0, adopted: 1, left: 0 },
    });
  });

  it('tells what it no longer names, and removes or releases it when it is asked to', async () => {
    await api.send('PUT', '/api/triggers/of-people', { event: 'lamp.lit', task: 'dim-one' });
    const fewer = { objects: { 'lamp/two': null } };
    const changesOf = ({ changes }: ConfigReport) =>
      changes.map(({ kind, id, change, usedBy }) => ({ it: `${kind} ${id}`, change, usedBy }));
    expect(
      changesOf((await plan(fewer)).body as ConfigReport).map(({ it, change }) => `${change} ${it}`),
    ).toEqual(['left tag lamps/hall', 'left object lamp/one', 'left task dim-one', 'left trigger when-lit']);
    expect(changesOf((await apply({ ...fewer, leftovers: 'remove' })).body as ConfigReport)).toEqual([
      { it: 'tag lamps/hall', change: 'kept', usedBy: ['lamp/one'] },
      { it: 'object lamp/one', change: 'kept', usedBy: ['task dim-one'] },
      { it: 'task dim-one', change: 'kept', usedBy: ['trigger of-people'] },
      { it: 'trigger when-lit', change: 'removed', usedBy: undefined },
    ]);
    await apply({ ...fewer, leftovers: 'release' });
    expect((await api.send('GET', '/api/tasks/dim-one')).body).toMatchObject({ managedBy: 'api' });
    expect((await plan({ ...fewer, leftovers: 'remove' })).body.changes).toEqual([]);
  });

  it('may be large', async () => {
    const objects = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, i) => [`lamp/${i}`, { name: 'x'.repeat(150) }]),
    );
    expect((await plan({ objects })).body.summary).toMatchObject({ created: 3_000 });
    const tooMuch = { objects: { 'lamp/x': { name: 'x'.repeat(4 * 1024 * 1024) } } };
    expect(await plan(tooMuch)).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
  });
});
