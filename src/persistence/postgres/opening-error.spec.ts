import { expect, it } from '@jest/globals';
import { openingError } from './opening-error.ts';

const url = 'postgresql://me:se%40cret@db.lan/box';
const failure = (code: string) => Object.assign(new Error('from the driver'), { code });

it.each([
  ['3D000', 'there is no database box at db.lan:5432: create it with createdb box'],
  [
    '28P01',
    'PostgreSQL at db.lan:5432 does not let the user me in: correct the user or the password in store.url',
  ],
  [
    'ENOTFOUND',
    'no PostgreSQL answers at db.lan:5432 (ENOTFOUND): start it, or correct the address in store.url',
  ],
  ['53300', 'the database does not answer as it should: 53300'],
])('says what to do about %s', (code, message) => {
  const error = openingError(failure(code), url);
  expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', message, cause: failure(code) });
});

it('names the socket of a server on this machine', () => {
  expect(openingError(failure('ENOENT'), 'postgresql:///box?host=/run/postgresql')).toMatchObject({
    message: expect.stringContaining('at /run/postgresql (ENOENT)'),
  });
});

it('leaves other errors as they are', () => {
  const error = new TypeError('a mistake');
  expect(openingError(error, url)).toBe(error);
});
