import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { http } from '../support/http.ts';
import { problem } from '../support/problem.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

type Schema = Readonly<Record<string, unknown>>;

describe('what plugins declare', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({
      config: {
        plugins: ['vm', 'webhook', { use: `${import.meta.dirname}/../fixtures/plugins/power-strip` }],
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  const get = async (path: string) => (await http(app).get(path).expect(200)).body;

  it('is listed by GET /api/types in the order of names, the tasks of Signalbox itself too', async () => {
    const { items } = await get('/api/types');
    expect(
      items.map(({ name, plugin }: Record<string, string>) => `${String(name)} of ${String(plugin)}`),
    ).toEqual(['outlet of power-strip', 'task of task', 'vm of vm', 'webhook of webhook']);
    for (const type of items) expect(await get(`/api/types/${type.name as string}`)).toEqual(type);
    expect(await http(app).get('/api/types/ufo')).toMatchObject(problem('NOT_FOUND'));
  });

  it('has the events and actions of virtual machines', async () => {
    const { events, instances, actions } = await get('/api/types/vm');
    expect(events.map(({ name }: { name: string }) => name)).toEqual([
      'vm.power_on',
      'vm.power_off',
      'vm.reset',
      'vm.created',
      'vm.deleted',
      'vm.status_change',
      'vm.error',
    ]);
    expect(instances).toBe('required');
    expect(actions.map(({ name }: { name: string }) => name)).toEqual([
      'vm.power_on',
      'vm.power_off',
      'vm.kill',
      'vm.reset',
    ]);
  });

  it('has the action of webhooks', async () => {
    expect((await get('/api/types/webhook')).actions).toMatchObject([
      { name: 'webhook.send', label: 'Send', idempotent: true, input: { type: 'object' } },
    ]);
    expect((await get('/api/types/outlet')).actions).toMatchObject([
      { name: 'outlet.toggle', idempotent: false },
    ]);
  });

  it('has JSON Schemas that say what may be written', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const fits = (schema: Schema, value: unknown): boolean => ajv.compile(schema)(value);
    const { items } = await get('/api/types');
    for (const { settings, events, actions } of items) {
      for (const schema of [
        settings,
        ...events.map((event: { data: Schema }) => event.data),
        ...actions.map((action: { input: Schema }) => action.input),
      ])
        expect(() => ajv.compile(schema)).not.toThrow();
    }

    const { settings, actions } = await get('/api/types/webhook');
    const url = 'https://example.com';
    expect(fits(settings, { url })).toBe(true);
    expect(fits(settings, { url, auth: { type: 'basic', user: 'a', password: 'b' }, timeout: 120 })).toBe(
      true,
    );
    for (const wrong of [
      {},
      { url, timeout: 2 },
      { url, retries: 101 },
      { url, method: 'GET' },
      { url, auth: { type: 'x' } },
      { url, more: 1 },
    ])
      expect({ wrong, fits: fits(settings, wrong) }).toEqual({ wrong, fits: false });
    expect(fits(actions[0].input, { message: ['anything'] })).toBe(true);
    expect(fits(actions[0].input, { format: 'xml' })).toBe(false);
  });

  it('has its secrets marked as such', async () => {
    const { settings } = await get('/api/types/outlet');
    expect(settings.properties.pin).toMatchObject({ type: 'string', writeOnly: true });
    expect(settings.properties.url).not.toHaveProperty('writeOnly');
  });

  it('is listed by GET /api/plugins with the state of each', async () => {
    const { items } = await get('/api/plugins');
    const up = (name: string, type = name) => ({
      name,
      state: 'up',
      types: [type],
      restarts: 0,
      since: expect.stringMatching(/Z$/),
    });
    expect(items).toEqual([up('power-strip', 'outlet'), up('task'), up('vm'), up('webhook')]);
    expect(await get('/api/plugins/vm')).toEqual(up('vm'));
    expect(await http(app).get('/api/plugins/ufo')).toMatchObject(problem('NOT_FOUND'));
  });
});
