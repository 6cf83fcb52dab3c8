import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ObjectRecord } from '../../domain/records.ts';
import { defineObjectType, definePlugin, secret, z } from '../../sdk/index.ts';
import type { AnyObjectType } from '../../sdk/object-type.ts';
import type { WaysOut } from '../egress/egress-http.ts';
import type { KernelLogger } from '../logger.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { blamePlugin } from '../plugins/plugin-scope.ts';
import { ObjectTester } from './object-tester.ts';

type LampTest = NonNullable<AnyObjectType['test']>;

function lampWith(more: Partial<Pick<AnyObjectType, 'test' | 'actions'>>): AnyObjectType {
  return {
    ...defineObjectType({
      name: 'lamp',
      label: 'Lamp',
      settings: z.object({ pin: secret().optional(), seconds: z.number().default(1) }),
    }),
    ...more,
  };
}

const desk: ObjectRecord = {
  type: 'lamp',
  key: 'desk',
  name: 'Desk',
  enabled: false,
  tags: [],
  settings: { pin: 'geheim-1', seconds: 90 },
  managedBy: 'api',
  createdAt: 0,
  updatedAt: 0,
  changedAt: 0,
};

const refused = (): Promise<never> => Promise.reject(new Error('nothing is to be sent'));
const noWayOut: WaysOut = { client: { request: refused }, connect: refused, lookup: refused };

function testerOf(type: AnyObjectType) {
  const logged: { readonly message: string; readonly fields: object }[] = [];
  const loggerWith = (more: object): KernelLogger => {
    const write = (fields: object, message: string): void => {
      logged.push({ message, fields: { ...more, ...fields } });
    };
    return { debug: write, info: write, warn: write, error: write, child: loggerWith };
  };
  const registry = new PluginRegistry();
  registry.register(definePlugin({ name: 'lamp', api: '^1.0.0', types: [type] }));
  return { tester: new ObjectTester(registry, noWayOut, loggerWith({})), registry, logged };
}

const hangs = (seen: AbortSignal[] = []): LampTest =>
  function test({ signal }: { readonly signal: AbortSignal }) {
    seen.push(signal);
    return new Promise(() => undefined);
  };

describe('a test of an object', () => {
  it('is given the object with its secrets and shows what it returns without them', async () => {
    const { tester } = testerOf(
      lampWith({ test: (context: { readonly object: object }) => Promise.resolve({ ...context.object }) }),
    );
    expect(await tester.test(desk)).toEqual({
      ok: true,
      durationMs: expect.any(Number),
      result: {
        type: 'lamp',
        changedAt: 0,
        key: 'desk',
        name: 'Desk',
        tags: [],
        settings: { pin: '********', seconds: 90 },
      },
    });
  });

  it('is shown as JSON, whatever it returns', async () => {
    const cyclic: Record<string, unknown> = { count: 1n };
    cyclic['self'] = cyclic;
    const { tester } = testerOf(lampWith({ test: () => Promise.resolve(cyclic as never) }));
    const answer = await tester.test(desk);
    expect(answer).toMatchObject({ ok: true });
    expect(JSON.stringify(answer)).toContain('"result":');
  });

  it('that returns nothing has no result', async () => {
    const { tester } = testerOf(lampWith({ test: () => Promise.resolve() }));
    expect(await tester.test(desk)).toEqual({ ok: true, durationMs: expect.any(Number) });
  });

  it.each<[string, LampTest]>([
    ['rejects', () => Promise.reject(new Error('pin geheim-1 is wrong'))],
    [
      'throws at once',
      () => {
        throw new Error('pin geheim-1 is wrong');
      },
    ],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- plugins may
    ['rejects with what is no error', () => Promise.reject('pin geheim-1 is wrong')],
  ])('that %s fails with the reason, secrets taken out', async (_how, test) => {
    const { tester } = testerOf(lampWith({ test }));
    expect(await tester.test(desk)).toEqual({
      ok: false,
      durationMs: expect.any(Number),
      error: 'pin ******** is wrong',
    });
  });

  it('fails while the plugin of the type is down', async () => {
    const test = jest.fn(() => Promise.resolve());
    const { tester, registry } = testerOf(lampWith({ test }));
    registry.report('lamp', { state: 'down', reason: 'no current', restarts: 1 });
    expect(await tester.test(desk)).toMatchObject({ ok: false, error: 'the plugin of lamp is not up' });
    expect(test).not.toHaveBeenCalled();
  });

  it('that lets an error escape later is known as its author, secrets taken out', async () => {
    const { tester, logged } = testerOf(
      lampWith({
        test: () =>
          new Promise((resolve) => {
            setImmediate(() => {
              expect(blamePlugin(new Error('nobody catches geheim-1'))).toBe(true);
              resolve();
            });
          }),
      }),
    );
    await tester.test(desk);
    expect(logged).toMatchObject([
      {
        message: 'An error escaped from a test',
        fields: { test: 'lamp/desk', err: { message: 'nobody catches ********' } },
      },
    ]);
  });

  it('cannot be run where there is none', async () => {
    const { tester } = testerOf(lampWith({}));
    await expect(tester.test(desk)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(tester.test({ ...desk, type: 'ufo' })).rejects.toMatchObject({
      code: 'OBJECT_TYPE_UNKNOWN',
    });
  });

  it('is not run with settings that fit the type no more', async () => {
    const { tester } = testerOf(lampWith({ test: () => Promise.resolve() }));
    await expect(tester.test({ ...desk, settings: { seconds: 'many' } })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      field: 'settings.seconds',
    });
  });
});

describe('a test that hangs', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is aborted after 30 s', async () => {
    const signals: AbortSignal[] = [];
    const { tester } = testerOf(lampWith({ test: hangs(signals) }));
    const testing = tester.test(desk);
    await jest.advanceTimersByTimeAsync(29_999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await testing).toMatchObject({ ok: false, error: 'no result after 30000 ms' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('has as long as an action on the object', async () => {
    const light = {
      label: 'Light',
      input: z.object({}),
      idempotent: true,
      policy: ({ seconds }: { readonly seconds: number }) => ({ timeoutMs: seconds * 1_000 }),
      run: () => Promise.resolve(),
    };
    const { tester } = testerOf(lampWith({ test: hangs(), actions: { light } }));
    const testing = tester.test(desk);
    await jest.advanceTimersByTimeAsync(90_000);
    expect(await testing).toMatchObject({ ok: false, error: 'no result after 90000 ms' });
  });

  it('does not keep a stop waiting', async () => {
    const signals: AbortSignal[] = [];
    const { tester } = testerOf(lampWith({ test: hangs(signals) }));
    const testing = tester.test(desk);
    tester.onModuleDestroy();
    expect(await testing).toMatchObject({ ok: false, error: 'Signalbox was stopped while the test ran' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await tester.test(desk)).toMatchObject({ ok: false });
  });
});
