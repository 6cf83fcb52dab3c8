import { isAbsolute, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseSecretKey, type SecretKey } from '../kernel/secrets/secret-key.ts';
import type { SecretKeySource } from '../kernel/secrets/secret-key-source.ts';
import type { Environment } from './overrides.ts';
import { keyForm, readKeyFile, unusable, writeKeyFile } from './secret-key-file.ts';

/**
 * Where the keys of this start come from: the environment (`SIGNALBOX_SECRET_KEY`), a file that somebody else looks after
 * (`SIGNALBOX_SECRET_KEY_FILE`), or the key file of the configuration, which Signalbox makes and writes itself. Changes nothing.
 * Throws SECRET_KEY_INVALID.
 */
export async function secretKeySource(keyFile: string, env: Environment): Promise<SecretKeySource> {
  const older = keysOf(env, 'SIGNALBOX_SECRET_KEY_OLD');
  const lost = listOf(env, 'SIGNALBOX_SECRET_KEY_LOST');
  const given = keysOf(env, 'SIGNALBOX_SECRET_KEY');
  const path = env['SIGNALBOX_SECRET_KEY_FILE'];
  const credentials = env['CREDENTIALS_DIRECTORY'];
  if (given.length > 0) {
    if (path)
      throw unusable(
        'SIGNALBOX_SECRET_KEY and SIGNALBOX_SECRET_KEY_FILE are both set: leave one of them out',
      );
    return { where: 'SIGNALBOX_SECRET_KEY', ...told(given, older), lost };
  }
  if (path) {
    const file = isAbsolute(path) ? path : resolve(path);
    const keys = await readKeyFile(file, { credentials });
    if (!keys) throw unusable(`SIGNALBOX_SECRET_KEY_FILE names ${file}, and there is no such file`);
    return {
      where: `the file ${file} (SIGNALBOX_SECRET_KEY_FILE)`,
      ...told(keys, older),
      lost,
    };
  }
  let keys = distinct((await readKeyFile(keyFile, { credentials })) ?? []);
  return {
    where: `the file ${keyFile}`,
    get keys() {
      return keys;
    },
    older: told(keys, older).older,
    lost,
    store: async (next) => {
      // Backups from before are worth nothing without them.
      for (const key of keys.filter(({ id }) => !has(next, id)))
        await writeKeyFile(`${keyFile}.${key.id}.old`, [key], retiredNotes);
      if (!isDeepStrictEqual(idsOf(next), idsOf(keys))) await writeKeyFile(keyFile, next);
      keys = next;
    },
  };
}

const retiredNotes = `# A key that Signalbox needs no more. What it sealed is in backups from before: delete it with the last of them.
`;

function told(
  keys: readonly SecretKey[],
  older: readonly SecretKey[],
): { readonly keys: readonly SecretKey[]; readonly older: readonly SecretKey[] } {
  const own = distinct(keys);
  return { keys: own, older: distinct(older).filter(({ id }) => !has(own, id)) };
}

function has(keys: readonly SecretKey[], id: string): boolean {
  return keys.some((key) => key.id === id);
}

function idsOf(keys: readonly SecretKey[]): readonly string[] {
  return keys.map(({ id }) => id);
}

function keysOf(env: Environment, name: string): readonly SecretKey[] {
  return listOf(env, name).map((text) => {
    const key = parseSecretKey(text);
    if (!key) throw unusable(`${name} is not a key: ${keyForm}`);
    return key;
  });
}

function listOf(env: Environment, name: string): readonly string[] {
  return (env[name] ?? '').split(/[\s,]+/).filter((text) => text !== '');
}

function distinct(keys: readonly SecretKey[]): readonly SecretKey[] {
  return keys.filter(({ id }, i) => keys.findIndex((other) => other.id === id) === i);
}
