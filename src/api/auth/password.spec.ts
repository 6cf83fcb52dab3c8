import { describe, expect, it } from '@jest/globals';
import { checkPassword, Passwords } from './password.ts';

describe('a password', () => {
  it.each([
    ['short', 'alice'],
    ['elevenchars', 'alice'],
    ['alice-horses', 'alice'],
    ['ALICEaliceALICEalice', 'alice'],
    ['aaaaaaaaaaaaaaaa', 'a'],
  ])('is refused: %s of %s', (password, user) => {
    expect(() => {
      checkPassword(password, user);
    }).toThrow(expect.objectContaining({ code: 'RESOURCE_INVALID', field: 'password' }));
  });

  it.each(['twelve chars', '            ', 'żółw żółw żółw', 'alice has seven horses'])(
    'is taken: %s',
    (password) => {
      checkPassword(password, 'alice');
    },
  );

  it('is kept as Argon2id, salted, and known again however its letters were composed', async () => {
    const passwords = new Passwords();
    const [first, second] = [
      await passwords.hash('mot de passé été'),
      await passwords.hash('mot de passé été'),
    ];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(second).not.toBe(first);
    expect(await passwords.verify(first, 'mot de passé été'.normalize('NFD'))).toBe(true);
    expect(await passwords.verify(first, 'mot de passe ete')).toBe(false);
    expect(await passwords.verify(undefined, 'mot de passé été')).toBe(false);
  });

  it('is checked in turn: too many at one time are sent away', async () => {
    const passwords = new Passwords();
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify(undefined, 'x')));
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ reason: { code: 'OVERLOADED' } });
    expect(await passwords.verify(undefined, 'x')).toBe(false);
  });
});
