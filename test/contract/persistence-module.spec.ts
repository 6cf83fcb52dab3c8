import { describe, expect, it } from '@jest/globals';
import {
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  HISTORY,
  JOURNAL,
  RESOURCE_STORE,
  RETENTION,
  RUN_QUEUE,
  STORE_HEALTH,
  type HistoryPort,
  type JournalPort,
} from '../../src/kernel/ports.ts';
import { IDENTITY_STORE } from '../../src/kernel/identity-store.ts';
import type { KernelLogger } from '../../src/kernel/logger.ts';
import { PluginRegistry } from '../../src/kernel/plugins/plugin-registry.ts';
import { Keyring } from '../../src/kernel/secrets/keyring.ts';
import { RecordSeal } from '../../src/kernel/secrets/record-seal.ts';
import { keysInMemory } from '../../src/kernel/secrets/secret-key-source.ts';
import { StoreSeal } from '../../src/kernel/secrets/store-seal.ts';
import { PersistenceModule } from '../../src/persistence/persistence.module.ts';
import { openStore } from '../../src/persistence/store.ts';
import { temporaryFolder } from './persistence/backend.ts';
import { event, noRuns } from './persistence/records.ts';

const last = event();

/** Writes at the latest moment at which the kernel may. */
@Injectable()
class LastWriter implements BeforeApplicationShutdown {
  constructor(@Inject(JOURNAL) private readonly journal: JournalPort) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.journal.commit([last], noRuns);
  }
}

@Module({ providers: [LastWriter] })
class WriterModule {}

@Module({})
class RootModule {}

const logger: KernelLogger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };

function quiet(): void {
  // Not what these specs are about.
}

/** The kernel's part in it. */
@Module({})
class SealModule {
  static make(): DynamicModule {
    const registry = new PluginRegistry();
    const keyring = new Keyring(keysInMemory());
    const seal = new StoreSeal(registry, keyring, new RecordSeal(registry, keyring), logger);
    return {
      module: SealModule,
      global: true,
      providers: [{ provide: StoreSeal, useValue: seal }],
      exports: [StoreSeal],
    };
  }
}

describe('PersistenceModule', () => {
  it('provides the ports of the kernel everywhere, and closes the store last', async () => {
    await using folder = await temporaryFolder();
    const options = { url: 'sqlite:', dataDir: folder.path };
    const root = {
      module: RootModule,
      imports: [SealModule.make(), PersistenceModule.forRoot(options), WriterModule],
    };
    const app = await NestFactory.createApplicationContext(root, { logger: false });
    const first = event();
    await app.get<JournalPort>(JOURNAL).commit([first], noRuns);
    expect(await app.get<HistoryPort>(HISTORY).event(first.id)).toEqual(first);
    for (const port of [RUN_QUEUE, RETENTION, RESOURCE_STORE, IDENTITY_STORE, STORE_HEALTH])
      expect(app.get(port)).toBeDefined();
    await app.close();
    const store = await openStore(options);
    expect((await store.history.events({ limit: 10 })).items).toEqual([last, first].sort(newestFirst));
    await store.close();
  });

  it('does not start the application when the store cannot be opened', async () => {
    const root = {
      module: RootModule,
      imports: [SealModule.make(), PersistenceModule.forRoot({ url: 'no', dataDir: 'unused' })],
    };
    const starting = NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
    await expect(starting).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

function newestFirst(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? 1 : -1;
}
