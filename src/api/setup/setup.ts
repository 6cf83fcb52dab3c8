import { Inject, Injectable } from '@nestjs/common';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SignalboxError } from '../../domain/errors.ts';
import { actingAs } from '../../kernel/audit/acting.ts';
import type { IdentityChange } from '../../kernel/identity-store.ts';
import { KERNEL_LOGGER, type KernelLogger } from '../../kernel/logger.ts';
import { AUTH_OPTIONS, type AuthOptions } from '../auth/auth-options.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { principalText } from '../auth/principal.ts';
import { digest, newSecret } from '../auth/secret.ts';
import { SetupState } from '../auth/setup-state.ts';
import { newSession, type Begun } from '../session/sessions.ts';
import { newToken, type NewToken } from '../tokens/tokens.ts';
import { Users } from '../users/users.ts';
import type { SetupBodyDto } from './setup-body.dto.ts';

const validMs = 60 * 60_000;

export interface Claimed extends Pick<Begun, 'user'> {
  readonly begun?: Begun;
  readonly token?: NewToken;
}

/** Lets the person who has started the server, and nobody else, make the first user. */
@Injectable()
export class Setup {
  #digest: string | undefined;
  #until = 0;

  constructor(
    private readonly state: SetupState,
    private readonly directory: IdentityDirectory,
    private readonly users: Users,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
    @Inject(KERNEL_LOGGER) private readonly logger: KernelLogger,
  ) {}

  /**
   * Makes the setup token, where one is needed, and leaves it in its file. It is good for an hour and for one claim. To be
   * called once everything else has started: what nobody was shown is of no use.
   */
  async open(now = Date.now()): Promise<string | undefined> {
    await this.#removeFile();
    if (!this.state.required) return undefined;
    const token = newSecret('sbsetup');
    this.#digest = digest(token);
    this.#until = now + validMs;
    await this.#writeFile(token);
    return token;
  }

  /** Makes the first user, who may do everything. Throws SETUP_REFUSED unless the setup token is the right one, in time. */
  async claim(
    { setupToken, name, password, session, apiToken }: SetupBodyDto,
    now = Date.now(),
  ): Promise<Claimed> {
    this.#check(setupToken, now);
    const user = await this.users.draft({ name, password, scopes: ['admin'], enabled: true });
    const begun = session ? { user, ...newSession(user.name, 'cookie') } : undefined;
    const token =
      apiToken === undefined
        ? undefined
        : newToken({
            name: apiToken,
            scopes: ['admin'],
            createdBy: principalText({ kind: 'user', name: user.name }),
          });
    const plan = (): readonly IdentityChange[] => {
      // Another claim may have come first while the password was being hashed.
      this.#check(setupToken, now);
      this.users.checkFree(user);
      return [
        { kind: 'user', put: user },
        ...(begun ? [{ kind: 'session', put: begun.session } as const] : []),
        ...(token ? [{ kind: 'token', put: token.record } as const] : []),
      ];
    };
    await actingAs({ kind: 'setup' }, () => this.directory.change(plan));
    this.state.done();
    await this.#removeFile();
    return { user, ...(begun && { begun }), ...(token && { token }) };
  }

  #check(setupToken: string, now: number): void {
    if (!this.state.required) throw new SignalboxError('CONFLICT', 'this Signalbox is set up already');
    if (digest(setupToken) !== this.#digest)
      throw new SignalboxError('SETUP_REFUSED', 'this is not the setup token of the last start');
    if (now >= this.#until)
      throw new SignalboxError('SETUP_REFUSED', 'the setup token has expired: it was good for 60 minutes');
  }

  async #writeFile(token: string): Promise<void> {
    const { setupFile } = this.options;
    if (setupFile === undefined) return;
    try {
      await mkdir(dirname(setupFile), { recursive: true });
      // A file that is there already would keep its mode.
      await writeFile(setupFile, `${token}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      this.logger.warn({ err: error, file: setupFile }, 'The setup token cannot be left in its file');
    }
  }

  async #removeFile(): Promise<void> {
    const { setupFile } = this.options;
    if (setupFile === undefined) return;
    try {
      await rm(setupFile, { force: true });
    } catch (error) {
      this.logger.warn({ err: error, file: setupFile }, 'The used setup token cannot be removed');
    }
  }
}
