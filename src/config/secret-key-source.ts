import { isAbsolute, resolve } from 'node:path';
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
    return { where: 'SIGNALBOX_SECRET_KEY', keys: distinct([...given, ...older]), lost };
  }
  if (path) {
    const file = isAbsolute(path) ? path : resolve(path);
    const keys = await readKeyFile(file, { credentials });
    if (!keys) throw unusable(`SIGNALBOX_SECRET_KEY_FILE names ${file}, and there is no such file`);
    return {
      where: `the file ${file} (SIGNALBOX_SECRET_KEY_FILE)`,
      keys: distinct([...keys, ...older]),
      lost,
    };
  }
  const keys = (await readKeyFile(keyFile, { credentials })) ?? [];
  return {
    where: `the file ${keyFile}`,
    keys: distinct([...keys, ...older]),
    lost,
    store: (next) => writeKeyFile(keyFile, next),
  };
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
