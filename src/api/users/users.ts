import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import type { UserRecord } from '../../kernel/identity-store.ts';
import { keepAnAdminUser } from '../auth/administrators.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { checkPassword, Passwords } from '../auth/password.ts';
import type { Principal } from '../auth/principal.ts';
import { notFound } from '../errors/not-found.ts';
import { Sessions } from '../session/sessions.ts';
import type { UserBodyDto, UserPatchDto } from './user-body.dto.ts';

/** Making, changing and removing users. */
@Injectable()
export class Users {
  constructor(
    private readonly directory: IdentityDirectory,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
  ) {}

  /** Throws CONFLICT when there is a user of that name. */
  async create(body: UserBodyDto): Promise<UserRecord> {
    const user = await this.draft(body);
    await this.directory.change(() => {
      this.checkFree(user);
      return [{ kind: 'user', put: user }];
    });
    return user;
  }

  /** A user as it is to be stored. */
  async draft({ name, password, scopes, enabled }: UserBodyDto): Promise<UserRecord> {
    checkPassword(password, name);
    const now = Date.now();
    return {
      name: name.toLowerCase(),
      passwordHash: await this.passwords.hash(password),
      scopes,
      enabled,
      createdAt: now,
      updatedAt: now,
    };
  }

  checkFree({ name }: UserRecord): void {
    if (this.directory.user(name))
      throw new SignalboxError('CONFLICT', `there is a user ${name} already`, { field: 'name' });
  }

  /** A new password ends the user's sessions, and so does disabling. */
  async update(name: string, patch: UserPatchDto, by: Principal): Promise<UserRecord> {
    const user = this.get(name);
    const { password } = patch;
    if (password !== undefined) checkOthers(user, by);
    const passwordHash = password === undefined ? undefined : await this.#hash(password, user);
    await this.directory.change(() => {
      const before = this.get(name);
      const put = {
        ...before,
        scopes: patch.scopes ?? before.scopes,
        enabled: patch.enabled ?? before.enabled,
        ...(passwordHash !== undefined && { passwordHash }),
        updatedAt: Date.now(),
      };
      this.#keepAnAdmin(put.name, put);
      const ending = passwordHash !== undefined || !put.enabled;
      return [{ kind: 'user', put }, ...(ending ? this.sessions.endingOthers(put.name) : [])];
    });
    return this.get(name);
  }

  async remove(name: string): Promise<void> {
    await this.directory.change(() => {
      const user = this.get(name);
      this.#keepAnAdmin(user.name);
      return [...this.sessions.endingOthers(user.name), { kind: 'user', remove: user.name }];
    });
  }

  /** Throws NOT_FOUND. */
  get(name: string): UserRecord {
    const user = this.directory.user(name.toLowerCase());
    if (!user) throw notFound('user', name);
    return user;
  }

  #keepAnAdmin(name: string, put?: UserRecord): void {
    const users = this.directory.users();
    const others = users.filter((user) => user.name !== name);
    keepAnAdminUser(users, put ? [...others, put] : others);
  }

  async #hash(password: string, { name }: UserRecord): Promise<string> {
    checkPassword(password, name);
    return this.passwords.hash(password);
  }
}

/** Whoever finds a session open must not be able to keep it by a new password. */
function checkOthers({ name }: UserRecord, by: Principal): void {
  if (by.kind !== 'user' || by.name !== name) return;
  throw new SignalboxError(
    'FORBIDDEN',
    'your own password is changed with PUT /api/session/password, which asks for the current one',
  );
}
