import {
  PermanentError,
  targetValues,
  UnknownOutcomeError,
  type AccountDriver,
  type DriverTarget,
  type JsonObject,
  type PluginContext,
  type PowerDriver,
} from 'signalbox/sdk';
import type { http } from './connection.ts';
import { bodyOf, busy, describe, isBusy, send, urlOf, type Access } from './request.ts';
import { readState } from './state.ts';

type Context = Pick<PluginContext<unknown, readonly [typeof http]>, 'object' | 'http'>;
type Action = 'power_on' | 'power_off' | 'kill' | 'reset' | 'enable' | 'disable';

export interface Drivers {
  readonly power: PowerDriver;
  readonly account: AccountDriver;
}

/** Switches machines and accounts with the requests that objects of type `http` describe. */
export function createDriver(context: Context): Drivers {
  const accessTo = ({ connection }: DriverTarget, signal: AbortSignal | undefined): Access => {
    const found = context.object('http', connection);
    if (found) return { http: context.http, settings: found.settings, signal };
    throw new PermanentError(`there is no http/${connection}, or it is switched off`);
  };
  return {
    power: {
      power: (action, target, signal) => act(accessTo(target, signal), action, target),
      state: async (target, signal) => readState(accessTo(target, signal), target, ['on', 'off', 'paused']),
    },
    account: {
      account: (action, target, signal) => act(accessTo(target, signal), action, target),
      state: async (target, signal) => readState(accessTo(target, signal), target, ['enabled', 'disabled']),
    },
  };
}

async function act(access: Access, action: Action, target: DriverTarget): Promise<JsonObject> {
  const { settings } = access;
  const request = settings[action];
  if (!request)
    throw new PermanentError(`http/${target.connection} cannot ${action}: it has no such request`);
  const values = targetValues(target, action);
  const { method, path, alsoFine } = request;
  const url = urlOf(settings, path, values);
  const response = await send(access, { method, url, ...bodyOf(request, values) });
  const { status } = response;
  if ((status >= 200 && status < 300) || alsoFine.includes(status)) return { status };
  if (isBusy(response)) throw busy(response, access);
  // Somebody between may have given up on what is done all the same.
  if (status >= 500 || status === 408) throw new UnknownOutcomeError(describe(response, access));
  throw new PermanentError(describe(response, access));
}
