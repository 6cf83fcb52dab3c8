import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { administrators } from './administrators.ts';
import { AUTH_OPTIONS, type AuthOptions } from './auth-options.ts';
import { IdentityDirectory } from './identity-directory.ts';

/** Whether somebody has to make the first user before anything is let in. */
@Injectable()
export class SetupState implements OnApplicationBootstrap {
  #required = false;

  constructor(
    private readonly directory: IdentityDirectory,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  onApplicationBootstrap(): void {
    this.#required = this.options.adminToken === undefined && administrators(this.directory).length === 0;
  }

  get required(): boolean {
    return this.#required;
  }

  done(): void {
    this.#required = false;
  }

  /** Why nothing is let in that needs no token; undefined once Signalbox is set up. */
  problem(): SignalboxError | undefined {
    return this.#required
      ? new SignalboxError('SETUP_REQUIRED', 'this Signalbox has no administrator yet')
      : undefined;
  }

  check(): void {
    const problem = this.problem();
    if (problem) throw problem;
  }

  /** Those who could not be told apart are told to set it up, instead of to send a token that nobody can have. */
  orSetUpFirst<T>(admit: () => T): T {
    try {
      return admit();
    } catch (error) {
      if (error instanceof SignalboxError && error.code === 'AUTH_REQUIRED') this.check();
      throw error;
    }
  }
}
