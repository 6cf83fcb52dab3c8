import {
  PermanentError,
  RetryableError,
  type AccountDriver,
  type DriverTarget,
  type JsonObject,
  type PluginContext,
  type PowerDriver,
} from 'signalbox/sdk';
import type { command } from './connection.ts';
import { failureOf, lastOf, lastWords, runCommand, type Commander, type Finished } from './run-command.ts';
import type { CommandSettings } from './settings.ts';

type Context = Pick<PluginContext<unknown, readonly [typeof command]>, 'object'>;
type Action = 'power_on' | 'power_off' | 'kill' | 'reset' | 'enable' | 'disable';
type StateSettings = NonNullable<CommandSettings['state']>;

export interface Drivers {
  readonly power: PowerDriver;
  readonly account: AccountDriver;
}

/** Switches machines and accounts with the programs that objects of type `command` name. */
export function createDriver({ object }: Context, allowed: readonly string[]): Drivers {
  const commanderOf = ({ connection }: DriverTarget, signal: AbortSignal | undefined): Commander => {
    const found = object('command', connection);
    if (found) return { settings: found.settings, allowed, signal };
    throw new PermanentError(`there is no command/${connection}, or it is switched off`);
  };
  return {
    power: {
      power: (action, target, signal) => act(commanderOf(target, signal), action, target),
      state: (target, signal) => readState(commanderOf(target, signal), target, ['on', 'off', 'paused']),
    },
    account: {
      account: (action, target, signal) => act(commanderOf(target, signal), action, target),
      state: (target, signal) => readState(commanderOf(target, signal), target, ['enabled', 'disabled']),
    },
  };
}

async function act(commander: Commander, action: Action, target: DriverTarget): Promise<JsonObject> {
  const { settings } = commander;
  const line = settings[action];
  if (!line)
    throw new PermanentError(`command/${target.connection} cannot ${action}: it has no such command`);
  const result = await runCommand(commander, { line, target, action });
  const failure = failureOf(result, { line, settings });
  if (failure) throw failure;
  const output = lastOf({ text: result.stdout, truncated: result.truncated }, settings);
  return { exitCode: result.code, ...(output !== '' && { output }) };
}

async function readState<State extends Exclude<keyof StateSettings, 'run'>>(
  commander: Commander,
  target: DriverTarget,
  states: readonly State[],
): Promise<State | 'unknown'> {
  const { settings: all } = commander;
  const { state: settings } = all;
  if (!settings || !states.some((state) => settings[state])) return 'unknown';
  const { run: line } = settings;
  const result = await runCommand(commander, { line, target, action: 'state' });
  const state = states.find((candidate) => fits(result, settings[candidate]));
  if (state !== undefined) return state;
  const words = lastWords(result, all);
  throw new RetryableError(
    `${line[0]} tells no state: exit code ${String(result.code)}${words && `, ${words}`}`,
  );
}

function fits({ code, stdout }: Finished, sign: StateSettings['on']): boolean {
  if (!sign) return false;
  const { exitCode = code, output = '' } = sign;
  return code === exitCode && stdout.toLowerCase().includes(output.toLowerCase());
}
