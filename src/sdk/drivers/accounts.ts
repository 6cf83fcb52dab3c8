import type { Discovery, Emission } from '../plugin.ts';
import type { TestContext } from '../object-type.ts';
import type { Provide } from '../extension.ts';
import type { JsonObject } from '../json.ts';
import { accountDriver, type AccountAction } from './account-driver.ts';
import { drivenAction, readDriven, type DrivenKind } from './driven-actions.ts';
import { drivenObjects } from './driven-objects.ts';
import { drivenBy, type DrivenBy } from './driven-settings.ts';

/** Settings of types whose objects are accounts: `z.object({ account: accountSettings.optional() })`. */
export const accountSettings = drivenBy({ example: 'http/directory', gap: 0 });

/** An account that can be switched if its settings say how. */
export interface HasAccount {
  readonly account?: DrivenBy | undefined;
}

const accounts: DrivenKind<HasAccount, AccountAction> = {
  field: 'account',
  driven: ({ account }) => account,
  driver: (extensions, name) => {
    const driver = extensions(accountDriver).get(name);
    return (
      driver && {
        act: (action, target, signal) => driver.account(action, target, signal),
        state: (target, signal) => driver.state(target, signal),
        watches: false,
      }
    );
  },
  lastState: ({ enabled }) => (typeof enabled === 'boolean' ? (enabled ? 'enabled' : 'disabled') : undefined),
};

/** The actions of types whose objects are accounts. */
export const accountActions = {
  enable: drivenAction(accounts, {
    action: 'enable',
    label: 'Enable',
    description: 'Lets it in again, in the system that its settings name.',
    wanted: 'enabled',
    seconds: 60,
  }),
  disable: drivenAction(accounts, {
    action: 'disable',
    label: 'Disable',
    description: 'Locks it out, in the system that its settings name.',
    wanted: 'disabled',
    seconds: 60,
  }),
};

const eventsOf: Readonly<Record<AccountAction, 'enabled' | 'disabled'>> = {
  enable: 'enabled',
  disable: 'disabled',
};

/** What a plugin with a type of accounts gives of its context. */
export interface AccountsPlugin {
  /** Its object type. */
  readonly type: string;
  readonly emit: (event: 'enabled' | 'disabled', emission: Emission<{ by: string }>) => Promise<unknown>;
  readonly discovered: (found: readonly Discovery<never>[]) => Promise<unknown>;
  readonly provide: Provide;
}

/** For the `start` of a plugin whose objects are accounts: what an action has done is an event. */
export function keepAccounts({ type, emit, discovered, provide }: AccountsPlugin): void {
  provide(drivenObjects, type, {
    acting: () => undefined,
    async ended({ key, action, state, acted }) {
      if (state === 'unknown') return;
      const event = eventsOf[action as AccountAction];
      if (acted) await emit(event, { object: key, data: { by: 'signalbox' } });
      else await discovered([{ key, state: { enabled: state === 'enabled' } }]);
    },
  });
}

/** The `test` of types whose objects are accounts: reads its state. */
export function readAccount(context: TestContext<HasAccount>): Promise<JsonObject> {
  return readDriven(accounts, context);
}
