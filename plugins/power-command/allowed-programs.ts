import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { defineExtensionPoint, PermanentError } from 'signalbox/sdk';

/** The programs that the configuration allows, for the test of an object: it sees no settings of the plugin. */
export const allowedPrograms = defineExtensionPoint<readonly string[]>('command_programs');

/** Throws for a program that nobody with access to the machine has allowed. */
export function assertAllowed(program: string, allowed: readonly string[]): void {
  if (allowed.includes(program)) return;
  throw new PermanentError(
    `${program} may not be run: add it to settings.programs of the plugin power-command in the configuration file`,
  );
}

export async function assertExecutable(program: string): Promise<void> {
  try {
    await access(program, constants.X_OK);
  } catch (cause) {
    throw new PermanentError(`${program} is not there, or may not be executed`, { cause });
  }
}
