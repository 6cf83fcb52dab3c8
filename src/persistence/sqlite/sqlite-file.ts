import { mkdir, open, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SignalboxError } from '../../domain/errors.ts';

/**
 * Makes sure that the file and its folder exist, and that what is made here is for nobody else to read: settings
 * hold secrets. SQLite gives its side files the mode of the file. Returns the path without links.
 */
export async function prepareFile(path: string): Promise<string> {
  const file = resolve(path);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await (await open(file, 'a', 0o600)).close();
    return await realpath(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SignalboxError('STORAGE_UNAVAILABLE', `${file} cannot be opened: ${reason}`, { cause: error });
  }
}
