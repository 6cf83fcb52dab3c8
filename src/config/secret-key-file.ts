import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { SignalboxError } from '../domain/errors.ts';
import { parseSecretKey, type SecretKey } from '../kernel/secrets/secret-key.ts';
import { errno } from './errno.ts';

/** Rights of the group and of others. */
const groupOrOthers = 0o077;
const others = 0o007;

const notes = `# The key of the secrets in Signalbox's database: without it they are lost. Keep a copy apart from the database.
# One key a line; secrets are sealed with the first one. While a key is being changed, the old one stands below it.
`;

/**
 * The keys in a file, the one to seal with first; undefined when there is no file. Throws SECRET_KEY_INVALID for a file that others may
 * read, and for one that has anything else in it.
 */
export async function readKeyFile(
  path: string,
  { credentials }: { readonly credentials: string | undefined },
): Promise<readonly SecretKey[] | undefined> {
  try {
    const { mode } = await stat(path);
    // Where systemd puts credentials, it gives the one reader his right by an access list, which looks like a right of the group.
    const forbidden = credentials && path.startsWith(credentials + sep) ? others : groupOrOthers;
    if (process.platform !== 'win32' && (mode & forbidden) !== 0) throw openToOthers(path, mode);
    return keysIn(path, await readFile(path, 'utf8'));
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined;
    if (error instanceof SignalboxError) throw error;
    throw unusable(`${path} cannot be read: ${messageOf(error)}`, error);
  }
}

/** On the disk, as a whole, or as it was before. Nobody else may read it. */
export async function writeKeyFile(path: string, keys: readonly SecretKey[], head = notes): Promise<void> {
  const next = `${path}.new`;
  try {
    const folder = dirname(resolve(path));
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    await rm(next, { force: true });
    const file = await open(next, 'wx', 0o600);
    try {
      await file.writeFile(head + keys.map(({ text }) => `${text}\n`).join(''));
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(next, 0o600);
    await rename(next, path);
    await syncFolder(folder);
    if (made !== undefined) await syncAbove(folder, resolve(made));
  } catch (error) {
    throw unusable(`${path} cannot be written: ${messageOf(error)}`, error);
  }
}

/** Until then the new name may not survive a loss of power. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The folders that a new one stands in, up to that of the first that was made. */
async function syncAbove(folder: string, first: string): Promise<void> {
  const above = dirname(folder);
  await syncFolder(above);
  if (folder !== first && above !== folder) await syncAbove(above, first);
}

function keysIn(path: string, text: string): readonly SecretKey[] {
  const lines = text.split('\n').map((line, i) => ({ number: i + 1, text: line.trim() }));
  const keys = lines
    .filter((line) => line.text !== '' && !line.text.startsWith('#'))
    .map((line) => {
      const key = parseSecretKey(line.text);
      if (!key) throw unusable(`${path}:${String(line.number)} is not a key: ${keyForm}`);
      return key;
    });
  if (keys.length === 0) throw unusable(`${path} has no key in it: put the key back from your backup`);
  return keys;
}

export const keyForm =
  'a key is 32 random bytes in Base64 or hexadecimal, such as `openssl rand -base64 32` prints';

export function unusable(message: string, cause?: unknown): SignalboxError {
  return new SignalboxError('SECRET_KEY_INVALID', message, { cause });
}

function openToOthers(path: string, mode: number): SignalboxError {
  const rights = (mode & 0o777).toString(8).padStart(4, '0');
  return unusable(
    `${path} may be read by others (mode ${rights}): chmod 600 ${path}, and change the key if they have`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
