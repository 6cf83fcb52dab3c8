import { defineExtensionPoint } from '../extension.ts';
import type { JsonValue } from '../json.ts';
import type { DriverTarget } from './driver-target.ts';

export type AccountAction = 'enable' | 'disable';

/** `unknown`: there is no way to find out. */
export type AccountState = 'enabled' | 'disabled' | 'unknown';

/** Switches the accounts of users on and off in another system. Named and called as a `PowerDriver`. */
export interface AccountDriver {
  /** Asks for it; resolves when that has been accepted. Errors as those of a `PowerDriver`. */
  account(action: AccountAction, target: DriverTarget, signal: AbortSignal): Promise<JsonValue | void>;
  /** Rejects when it cannot be read now; `unknown` when it can never be. */
  state(target: DriverTarget, signal?: AbortSignal): Promise<AccountState>;
}

export const accountDriver = defineExtensionPoint<AccountDriver>('account_driver');
