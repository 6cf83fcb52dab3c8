import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AUDIT } from '../kernel/audit/audit-port.ts';
import { IDENTITY_STORE } from '../kernel/identity-store.ts';
import {
  HISTORY,
  JOURNAL,
  RESOURCE_STORE,
  RETENTION,
  RUN_QUEUE,
  STORE_HEALTH,
  TARGET_HEALTH,
} from '../kernel/ports.ts';
import { StoreSeal } from '../kernel/secrets/store-seal.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';

const STORE = Symbol('Store');
/** The store as the kernel is to have it. */
const SEALED_STORE = Symbol('SealedStore');

/** Implements the kernel's ports on a database. */
@Module({})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(@Inject(STORE) private readonly store: Store) {}

  static forRoot(options: Omit<StoreOptions, 'checkKeys'>): DynamicModule {
    const ports: FactoryProvider[] = [
      port(JOURNAL, 'journal'),
      port(RUN_QUEUE, 'queue'),
      port(HISTORY, 'history'),
      port(RETENTION, 'retention'),
      port(RESOURCE_STORE, 'resources'),
      port(IDENTITY_STORE, 'identities'),
      port(AUDIT, 'audit'),
      port(TARGET_HEALTH, 'targets'),
      port(STORE_HEALTH, 'health'),
    ];
    return {
      module: PersistenceModule,
      global: true,
      providers: [
        {
          provide: STORE,
          inject: [StoreSeal],
          useFactory: (seal: StoreSeal) =>
            openStore({
              ...options,
              checkKeys: (ids) => {
                seal.checkKeys(ids);
              },
            }),
        },
        {
          provide: SEALED_STORE,
          inject: [STORE, StoreSeal],
          useFactory: (store: Store, seal: StoreSeal) => ({ ...store, ...seal.around(store) }),
        },
        ...ports,
      ],
      exports: ports.map(({ provide }) => provide),
    };
  }

  /** The last step of a stop: the kernel has written its last outcomes before. */
  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

function port(provide: symbol, part: Exclude<keyof Store, 'close'>): FactoryProvider {
  return { provide, inject: [SEALED_STORE], useFactory: (store: Store) => store[part] };
}
