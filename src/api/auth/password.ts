import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { Serial } from '../../kernel/serial.ts';

/** Argon2id as OWASP's password storage cheat sheet has it: 19 MiB, 2 passes, 1 lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Of a password that nobody knows: a log-in of an unknown user takes as long as any other. */
const nobodys =
  '$argon2id$v=19$m=19456,t=2,p=1$fEDzoYgn1i//FTnxriBtag$MGMnc0pX+WgwAmCUtkTstn1Cft3qzNwY5RmosDv1ohc';

/** NIST SP 800-63B-4, 3.1.1: long rather than of many kinds of characters. */
const minLength = 12;
export const maxPasswordLength = 1_000;

/** More log-ins than this at one time are sent away: each has to wait for those before it. */
const mostWaiting = 50;

/** Hashes one password after another: each takes 19 MiB, and one of the few threads that also look up addresses. */
@Injectable()
export class Passwords {
  readonly #serial = new Serial();
  #waiting = 0;

  async hash(password: string): Promise<string> {
    const { hash } = await import('@node-rs/argon2');
    return this.#inTurn(() => hash(normal(password), cost));
  }

  /** False for a user that does not exist (undefined), and not sooner than for one who does. */
  async verify(hashed: string | undefined, password: string): Promise<boolean> {
    const { verify } = await import('@node-rs/argon2');
    const same = await this.#inTurn(() => verify(hashed ?? nobodys, normal(password)));
    return same && hashed !== undefined;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= mostWaiting) throw new SignalboxError('OVERLOADED', 'too many log-ins at one time');
    this.#waiting++;
    try {
      return await this.#serial.run(work);
    } finally {
      this.#waiting--;
    }
  }
}

/**
 * Throws RESOURCE_INVALID for what is too easy to guess: it must have 12 characters, those of the user's name in it not
 * counted.
 */
export function checkPassword(password: string, user: string): void {
  const own = normal(password).toLowerCase().replaceAll(user.toLowerCase(), '');
  if (Array.from(own).length >= minLength) return;
  const message = `must have at least ${String(minLength)} characters, not counting the user name in it`;
  const issues = [{ field: 'password', message }];
  throw new SignalboxError('RESOURCE_INVALID', `password: ${message}`, { field: 'password', issues });
}

/** The same letters may come composed or not, by keyboard. */
function normal(password: string): string {
  return password.normalize('NFC');
}
