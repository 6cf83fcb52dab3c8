import { Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { versionTime } from '../../domain/version-time.ts';
import type { IdentityChange, UserRecord } from '../../kernel/identity-store.ts';
import { hidden } from '../../kernel/resources/field-changes.ts';
import { keepAnAdminUser } from '../auth/administrators.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { checkPassword, Passwords } from '../auth/password.ts';
import type { Principal } from '../auth/principal.ts';
import { notFound } from '../errors/not-found.ts';
import { identityWritten } from '../resources/identity-written.ts';
import type { WriteRequest } from '../resources/resource-editor.ts';
import type { Written } from '../resources/written.ts';
import { Sessions } from '../session/sessions.ts';
import { toDto } from '../validation/to-dto.ts';
import { UserBodyDto, type UserPatchDto, type UserReplacementDto } from './user-body.dto.ts';

/** Making, changing and removing users. */
@Injectable()
export class Users {
  constructor(
    private readonly directory: IdentityDirectory,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
  ) {}

  /** Throws CONFLICT when there is a user of that name. */
  async create(body: UserBodyDto, request: WriteRequest): Promise<Written<UserRecord>> {
    const user = await this.draft(body);
    return this.#write(request, () => {
      this.checkFree(user);
      return { before: undefined, after: user };
    });
  }

  /** Creates, for which a password is needed, or replaces. */
  async put(
    name: string,
    body: UserReplacementDto,
    { by, ...request }: WriteRequest & { readonly by: Principal },
  ): Promise<Written<UserRecord>> {
    if (this.directory.user(name.toLowerCase())) return this.update(name, body, { by, ...request });
    const { password, scopes, enabled } = body;
    if (password === undefined)
      throw new SignalboxError('RESOURCE_INVALID', 'password: a new user needs one', { field: 'password' });
    const user = await this.draft(
      toDto(UserBodyDto, { name, password, scopes, enabled }, 'RESOURCE_INVALID'),
    );
    return this.#write(request, () => {
      this.checkFree(user);
      return { before: undefined, after: user };
    });
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
  async update(
    name: string,
    patch: UserPatchDto,
    { by, ...request }: WriteRequest & { readonly by: Principal },
  ): Promise<Written<UserRecord>> {
    const user = this.get(name);
    const { password } = patch;
    if (password !== undefined) checkOthers(user, by);
    const passwordHash = password === undefined ? undefined : await this.#hash(password, user);
    return this.#write(request, () => {
      const before = this.get(name);
      const after = {
        ...before,
        scopes: patch.scopes ?? before.scopes,
        enabled: patch.enabled ?? before.enabled,
        ...(passwordHash !== undefined && { passwordHash }),
        updatedAt: versionTime(Date.now(), before),
      };
      this.#keepAnAdmin(after.name, after);
      return { before, after };
    });
  }

  remove(name: string, request: WriteRequest): Promise<Written<UserRecord>> {
    return this.#write(request, () => {
      const before = this.get(name);
      this.#keepAnAdmin(before.name);
      return { before, after: undefined };
    });
  }

  async #write(
    { dryRun = false, conditions }: WriteRequest,
    plan: () => { readonly before: UserRecord | undefined; readonly after: UserRecord | undefined },
  ): Promise<Written<UserRecord>> {
    let written: Written<UserRecord> | undefined;
    await this.directory.change(
      () => {
        const { before, after } = plan();
        conditions?.check(before);
        written = identityWritten({ before, after }, { dryRun, entryOf });
        return written.change === 'unchanged' ? [] : this.#changes(before, after);
      },
      { dryRun },
    );
    if (!written) throw new Error('nothing was planned');
    return written;
  }

  #changes(before: UserRecord | undefined, after: UserRecord | undefined): readonly IdentityChange[] {
    const ends = before && (after?.enabled !== true || after.passwordHash !== before.passwordHash);
    const ending = ends ? this.sessions.endingOthers(before.name) : [];
    if (after) return [{ kind: 'user', put: after }, ...ending];
    return before ? [...ending, { kind: 'user', remove: before.name }] : [];
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

/** What people write of a user. */
function entryOf({ name, passwordHash, scopes, enabled }: UserRecord): object {
  return { name, password: hidden(passwordHash), scopes, enabled };
}
