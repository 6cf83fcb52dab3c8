import { SignalboxError } from '../../domain/errors.ts';
import { storageError, storageFault } from '../storage-error.ts';

const unreachable = /^(ECONN|EHOST|ENET|ENOENT|ENOTFOUND|EAI_|ETIMEDOUT|EACCES|connection timed out)/;

/** Why the database cannot be opened, and what to do about it, for those who start the server. */
export function openingError(error: unknown, url: string): unknown {
  const fault = storageFault(error);
  if (fault === undefined || error instanceof SignalboxError) return storageError(error);
  const { name, place, user } = parts(url);
  const text = unreachable.test(fault)
    ? `no PostgreSQL answers at ${place} (${fault}): start it, or correct the address in store.url`
    : texts[fault]?.({ name, place, user });
  if (text === undefined) return storageError(error);
  return new SignalboxError('STORAGE_UNAVAILABLE', text, { cause: error });
}

interface Parts {
  readonly name: string;
  readonly place: string;
  readonly user: string;
}

const refused = ({ place, user }: Parts): string =>
  `PostgreSQL at ${place} does not let ${user} in: correct the user or the password in store.url`;

const texts: Readonly<Record<string, (parts: Parts) => string>> = {
  '3D000': ({ name, place }) => `there is no database ${name} at ${place}: create it with createdb ${name}`,
  '28P01': refused,
  '28000': refused,
};

/** Of the URL, without the password. */
function parts(text: string): Parts {
  const url = new URL(text);
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const user = decodeURIComponent(url.username);
  return {
    name: decodeURIComponent(url.pathname.slice(1)) || user,
    place: host.startsWith('/') ? host : `${host || 'localhost'}:${url.port || '5432'}`,
    user: user === '' ? 'the user' : `the user ${user}`,
  };
}
