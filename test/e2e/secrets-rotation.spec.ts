import Database from 'better-sqlite3';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { secretKeySource } from '../../src/config/secret-key-source.ts';
import { PluginRegistry } from '../../src/kernel/plugins/plugin-registry.ts';
import type { SecretStorePort } from '../../src/kernel/ports.ts';
import { Keyring } from '../../src/kernel/secrets/keyring.ts';
import { overriding } from '../../src/kernel/secrets/overriding.ts';
import { RecordSeal } from '../../src/kernel/secrets/record-seal.ts';
import type { SecretKeySource } from '../../src/kernel/secrets/secret-key-source.ts';
import { StoreSeal } from '../../src/kernel/secrets/store-seal.ts';
import { defineObjectType, definePlugin, secret, z, type AnyPlugin } from '../../src/sdk/index.ts';
import { openStore, type Store } from '../../src/persistence/store.ts';
import safe from '../fixtures/plugins/safe/index.ts';
import { startReceiver } from '../support/receiver.ts';
import { startSignalbox } from '../support/signalbox.ts';
import { filesWith } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wireWebhook } from '../support/wired-webhook.ts';
import { event, run } from '../contract/persistence/records.ts';

const safePlugin = join(import.meta.dirname, '../fixtures/plugins/safe/index.ts');
const config = { plugins: ['vm', 'webhook', safePlugin] };
const token = 'canary-token-77aa01';

const keysIn = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

function ids(data: string): readonly string[] {
  const database = new Database(join(data, 'signalbox.db'), { readonly: true });
  try {
    return database.prepare<[], string>('select id from secret_key').pluck().all();
  } finally {
    database.close();
  }
}

describe('a rotation', () => {
  it('seals everything anew while the server works, and drops the old key', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    const file = join(data, 'secret.key');
    await using receiver = await startReceiver();
    const settings = { auth: { type: 'bearer', token } };
    let old: string;
    {
      await using app = await startSignalbox({ data, config });
      const webhook = await wireWebhook(app.api, { url: receiver.url, settings });
      await app.api.put('/api/objects/safe/one', { settings: { url: receiver.url, code: 'c' } });
      await app.api.put('/api/tasks/open', {
        action: 'safe.open',
        target: { object: 'one' },
        settings: { pin: 'canary-pin' },
      });
      await app.api.request('POST', '/api/tasks/open/run');
      await receiver.got(1);
      [old = ''] = ids(data);
      const [before] = keysIn(file);
      expect(filesWith(data, `v1.${old}.`)).not.toEqual([]);
      const working = Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          await app.api.put(`/api/objects/webhook/more-${i}`, {
            settings: { url: receiver.url, ...settings },
          });
          await webhook.fire();
          await app.api.request('POST', '/api/tasks/open/run');
        }),
      );
      expect(await app.api.request('POST', '/api/secrets:rotate')).toMatchObject({
        status: 200,
        body: { rotatable: true, older: [], unreadable: [] },
      });
      await working;
      await receiver.got(41);
      expect(keysIn(file)).toHaveLength(1);
      expect(keysIn(file)).not.toContain(before);
      // What backups from before are sealed with.
      expect(keysIn(`${file}.${old}.old`)).toEqual([before]);
      expect(statSync(`${file}.${old}.old`).mode & 0o777).toBe(0o600);
      expect(ids(data)).not.toContain(old);
    }
    expect(filesWith(data, `v1.${old}.`)).toEqual([]);
    await using app = await startSignalbox({ data, config });
    const again = await app.api.get('/api/secrets');
    expect(again.body).toMatchObject({ unreadable: [] });
    expect(
      (await app.api.get<{ items: object[] }>('/api/objects/webhook?limit=100')).body.items,
    ).toHaveLength(21);
  });
});

/** The kernel's part of a server, on the real store and key file, that is cut off after so many steps of its disk. */
async function sealed(data: string, { steps = Infinity, plugin = safe, watch = {} }: Surroundings = {}) {
  const store = await openStore({ url: 'sqlite:', dataDir: data });
  const registry = new PluginRegistry();
  registry.register(plugin);
  let left = steps;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (left-- <= 0) throw new Error('the power has gone');
    return work();
  };
  const source = await secretKeySource(join(data, 'secret.key'), {});
  const keyring = new Keyring(cutSource(source, step));
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };
  const seal = new StoreSeal(registry, keyring, new RecordSeal(registry, keyring), logger);
  const secrets = cutStore(overriding(store.secrets, watch), step);
  return { store, seal, ports: seal.around({ ...store, secrets }) };
}

interface Surroundings {
  readonly steps?: number;
  readonly plugin?: AnyPlugin;
  /** Instead of the store's. */
  readonly watch?: Partial<SecretStorePort>;
}

type Step = <T>(work: () => Promise<T>) => Promise<T>;

function cutSource(source: SecretKeySource, step: Step): SecretKeySource {
  return { ...source, store: (keys) => step(async () => source.store?.(keys)) };
}

function cutStore(inner: SecretStorePort, step: Step): SecretStorePort {
  return {
    keys: () => step(() => inner.keys()),
    reseal: (resealed) => step(() => inner.reseal(resealed)),
    inputs: (page) => step(() => inner.inputs(page)),
    scrub: (what) => step(() => inner.scrub(what)),
    emptyLog: () => step(() => inner.emptyLog()),
  };
}

function quiet(): void {
  // Not what these specs are about.
}

const times = { managedBy: 'api', createdAt: 1, updatedAt: 1 } as const;
const settings = { url: 'http://127.0.0.1:9/', code: 'canary-code', spare: [], byName: {}, note: '' };
const object = (key: string) =>
  ({
    ...{ type: 'safe', key, name: key, enabled: true, tags: [], changedAt: 1, settings },
    ...times,
  }) as const;
const task = {
  ...{
    id: 'open',
    name: 'open',
    enabled: true,
    deleteAfterRunning: false,
    action: 'safe.open',
    spent: false,
  },
  ...{ target: { object: 'one' }, settings: { pin: 'canary-pin' }, ...times },
};

async function fill(store: Pick<Store, 'resources' | 'journal'>, keys = ['one', 'two']): Promise<string> {
  await store.resources.apply([
    ...keys.map((key) => ({ kind: 'object', put: object(key) }) as const),
    { kind: 'task', put: task },
  ]);
  const [about, done] = [event(), run()];
  const queued = { ...done, eventId: about.id, taskId: 'open', action: 'safe.open', input: task.settings };
  await store.journal.commit([about], () => ({ runs: [queued], spentTasks: [] }));
  return queued.id;
}

async function expectWhole(data: string, runId: string): Promise<void> {
  const { store, seal, ports } = await sealed(data);
  const loaded = await ports.resources.load();
  expect(loaded.objects.map((one) => one.settings)).toEqual([settings, settings]);
  expect(loaded.tasks.map((one) => one.settings)).toEqual([task.settings]);
  expect((await ports.history.run(runId))?.input).toEqual(task.settings);
  expect(await seal.status()).toMatchObject({ older: [], unreadable: [] });
  expect(keysIn(join(data, 'secret.key'))).toHaveLength(1);
  await store.close();
  expect(filesWith(data, 'canary-')).toEqual([]);
}

describe('cut off after any step', () => {
  it('a rotation has lost nothing, and the next start finishes it', async () => {
    let steps = 0;
    for (let over = false; !over; steps++) {
      using folder = temporaryFolder();
      const data = join(folder.path, 'data');
      const first = await sealed(data);
      await first.ports.resources.load();
      const runId = await fill(first.ports);
      await first.store.close();

      const cut = await sealed(data);
      await cut.ports.resources.load();
      await cut.store.close();
      const rotating = await sealed(data, { steps: steps + 1 });
      over = await rotating.ports.resources
        .load()
        .then(() => rotating.seal.rotate())
        .then(
          () => true,
          () => false,
        );
      await rotating.store.close();
      await expectWhole(data, runId);
    }
    // The key file twice, the keys in the database, the records, the runs and the cleaning at the least.
    expect(steps).toBeGreaterThan(8);
  });

  it('the first start on a database in clear has lost nothing, and the next one finishes it', async () => {
    let steps = 0;
    for (let over = false; !over; steps++) {
      using folder = temporaryFolder();
      const data = join(folder.path, 'data');
      const store = await openStore({ url: 'sqlite:', dataDir: data });
      const runId = await fill(store);
      await store.close();
      expect(filesWith(data, 'canary-')).not.toEqual([]);
      const cut = await sealed(data, { steps });
      over = await cut.ports.resources.load().then(
        () => true,
        () => false,
      );
      await cut.store.close();
      await expectWhole(data, runId);
    }
    expect(steps).toBeGreaterThan(5);
  });
});

describe('what a rotation meets on its way', () => {
  it('keeps the settings of a run that somebody tries again meanwhile', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    let retry: (() => Promise<boolean>) | undefined;
    const { store, seal, ports } = await sealed(data, {
      watch: {
        reseal: async (resealed) => {
          const again = retry;
          if (resealed.runs) {
            retry = undefined;
            await again?.();
          }
          return store.secrets.reseal(resealed);
        },
      },
    });
    await ports.resources.load();
    const [about, done] = [event(), run()];
    const failed = {
      ...done,
      eventId: about.id,
      taskId: 'open',
      action: 'safe.open',
      state: 'failed',
    } as const;
    await ports.journal.commit([about], () => ({
      runs: [{ ...failed, input: { pin: 'old' } }],
      spentTasks: [],
    }));
    retry = () => ports.queue.requeue(failed, { pin: 'new' }, 1);
    await seal.rotate();
    expect(retry).toBeUndefined();
    expect(await ports.history.run(failed.id)).toMatchObject({ state: 'pending', input: { pin: 'new' } });
    await store.close();
  });

  it('does not write the whole database anew, unless something stood in clear', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    const scrubs: object[] = [];
    const counted = () =>
      sealed(data, {
        watch: {
          scrub: (what) => {
            scrubs.push(what);
            return Promise.resolve();
          },
        },
      });
    const { store, seal, ports } = await counted();
    await ports.resources.load();
    await fill(ports);
    scrubs.length = 0;
    const [old = ''] = ids(data);
    await seal.rotate();
    expect(scrubs).toEqual([]);
    expect(filesWith(data, `v1.${old}.`)).toEqual([]);
    // As a new version of a plugin finds it, which makes a secret of a field that was none.
    await fill(store, ['clear']);
    await seal.rotate();
    expect(scrubs).toEqual([{ runs: true }]);
    await store.close();
  });

  it('does not take for open what is a secret only in another form of the settings', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    const box = defineObjectType({
      ...{ name: 'box', label: 'Box', instances: 'required', events: { opened: z.object({}) } },
      settings: z.object({
        login: z.union([
          z.strictObject({ user: z.string(), password: secret() }),
          z.strictObject({ user: secret() }),
        ]),
      }),
    });
    const plugin = definePlugin({ name: 'box', api: '^1.0.0', types: [box] });
    const login = { user: 'u', password: 'canary-password' };
    let scrubs = 0;
    for (const start of [0, 1, 2]) {
      const { store, ports } = await sealed(data, {
        plugin,
        watch: {
          scrub: () => {
            scrubs++;
            return Promise.resolve();
          },
        },
      });
      const { objects } = await ports.resources.load();
      if (start === 0)
        await ports.resources.apply([
          { kind: 'object', put: { ...object('a'), type: 'box', settings: { login } } },
        ]);
      else expect(objects[0]?.settings).toEqual({ login });
      await store.close();
    }
    expect(scrubs).toBe(1);
  });
});
