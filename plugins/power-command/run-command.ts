import {
  excerpt,
  PermanentError,
  RetryableError,
  runProgram,
  targetValues,
  UnknownOutcomeError,
  type DriverTarget,
  type ProgramResult,
  type TargetValues,
} from 'signalbox/sdk';
import { assertAllowed } from './allowed-programs.ts';
import { fillIn } from './arguments.ts';
import type { CommandLine, CommandSettings } from './settings.ts';

export interface Commander {
  readonly settings: CommandSettings;
  readonly allowed: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface Running {
  readonly line: CommandLine;
  readonly target: DriverTarget;
  readonly action: string;
}

/** How a program has ended that was not killed. */
export type Finished = ProgramResult & { readonly code: number };

const maxOutputBytes = 16 * 1024;

export async function runCommand(
  { settings, allowed, signal }: Commander,
  { line: [file, ...written], target, action }: Running,
): Promise<Finished> {
  assertAllowed(file, allowed);
  const values = targetValues(target, action);
  const args = written.map((argument) => fillIn(argument, values));
  const result = await runProgram(
    { file, args, env: environment(values, settings) },
    { timeoutMs: settings.timeout * 1_000, maxOutputBytes, signal },
  );
  if (result.code === null) throw new UnknownOutcomeError(`${file} was ended by ${result.signal}`);
  return result;
}

/** Nothing of Signalbox's own: it has secrets in its environment. */
function environment(values: TargetValues, { secret }: CommandSettings): Record<string, string> {
  const told = Object.entries(values).map(([name, value]) => [
    `SIGNALBOX_${name.toUpperCase()}`,
    value.replaceAll('\0', ''),
  ]);
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    ...(Object.fromEntries(told) as Record<string, string>),
    ...(secret !== undefined && { SIGNALBOX_SECRET: secret }),
  };
}

/** Why an action has failed; nothing when it has not. */
export function failureOf(
  finished: Finished,
  { line: [file], settings }: Pick<Running, 'line'> & Pick<Commander, 'settings'>,
): Error | undefined {
  const { code } = finished;
  if (code === 0) return undefined;
  const words = lastWords(finished, settings);
  const message = `${file} has ended with exit code ${String(code)}${words && `: ${words}`}`;
  return settings.retryExitCodes.includes(code) ? new RetryableError(message) : new PermanentError(message);
}

/** What programs say last is why they fail. */
export function lastWords({ stdout, stderr, truncated }: Finished, settings: CommandSettings): string {
  const last = (text: string): string => lastOf({ text, truncated }, settings);
  return last(stderr) || last(stdout);
}

/** The end of one of its outputs. */
export function lastOf(
  { text, truncated }: { readonly text: string; readonly truncated: boolean },
  { secret }: CommandSettings,
): string {
  return excerpt(text, { longest: 400, keep: 'end', truncated, secrets: [secret] });
}
