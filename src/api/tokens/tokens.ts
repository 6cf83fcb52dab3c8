import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { newId } from '../../domain/new-id.ts';
import type { TokenRecord } from '../../kernel/identity-store.ts';
import { keepAnAdministrator } from '../auth/administrators.ts';
import { AUTH_OPTIONS, type AuthOptions } from '../auth/auth-options.ts';
import { adminTokenName } from '../auth/authenticator.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { principalText, type Principal } from '../auth/principal.ts';
import { digest, newSecret } from '../auth/secret.ts';
import { notFound } from '../errors/not-found.ts';
import type { TokenBodyDto, TokenPatchDto } from './token-body.dto.ts';

/** A token that has just been made. What it is, is known only now. */
export interface NewToken {
  readonly record: TokenRecord;
  readonly secret: string;
}

/** Making, changing and revoking API tokens. */
@Injectable()
export class Tokens {
  constructor(
    private readonly directory: IdentityDirectory,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  /** Throws CONFLICT when a token has the name already. */
  async create({ name, scopes, expiresAt }: TokenBodyDto, by: Principal): Promise<NewToken> {
    const made = newToken({ name, scopes, expiresAt, createdBy: principalText(by) });
    await this.directory.change(() => {
      this.#check(made.record);
      return [{ kind: 'token', put: made.record }];
    });
    return made;
  }

  async update(id: string, patch: TokenPatchDto): Promise<TokenRecord> {
    let changed: TokenRecord | undefined;
    await this.directory.change(() => {
      const put = patched(this.get(id), patch);
      this.#check(put, patch);
      this.#keepAnAdministrator(this.#others(id).concat(put));
      changed = put;
      return [{ kind: 'token', put }];
    });
    return changed ?? this.get(id);
  }

  async revoke(id: string): Promise<void> {
    await this.directory.change(() => {
      this.get(id);
      this.#keepAnAdministrator(this.#others(id));
      return [{ kind: 'token', remove: id }];
    });
  }

  /** Throws NOT_FOUND. */
  get(id: string): TokenRecord {
    const token = this.directory.token(id);
    if (!token) throw notFound('token', id);
    return token;
  }

  #others(id: string): TokenRecord[] {
    return this.directory.tokens().filter((token) => token.id !== id);
  }

  #check(
    { id, name, expiresAt }: TokenRecord,
    changed: TokenPatchDto = { expiresAt: expiresAt ?? null },
  ): void {
    const taken = this.#others(id).some((other) => other.name === name) || name === adminTokenName;
    if (taken) throw new SignalboxError('CONFLICT', `there is a token "${name}" already`, { field: 'name' });
    if (typeof changed.expiresAt !== 'number' || changed.expiresAt > Date.now()) return;
    const field = 'expiresAt';
    const issues = [{ field, message: 'must lie in the future' }];
    throw new SignalboxError('RESOURCE_INVALID', `${field}: must lie in the future`, { field, issues });
  }

  #keepAnAdministrator(after: readonly TokenRecord[]): void {
    // Whoever starts the server has a way in.
    if (this.options.adminToken === undefined) keepAnAdministrator(this.directory, after);
  }
}

export function newToken({
  name,
  scopes,
  expiresAt,
  createdBy,
}: {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt?: number | undefined;
  readonly createdBy: string;
}): NewToken {
  const secret = newSecret('sbx');
  const record = {
    id: newId(),
    name,
    hash: digest(secret),
    scopes,
    createdAt: Date.now(),
    createdBy,
    ...(expiresAt !== undefined && { expiresAt }),
  };
  return { record, secret };
}

function patched(token: TokenRecord, { name, scopes, expiresAt }: TokenPatchDto): TokenRecord {
  const { expiresAt: before, ...rest } = token;
  const until = expiresAt === undefined ? before : expiresAt;
  return {
    ...rest,
    ...(name !== undefined && { name }),
    ...(scopes !== undefined && { scopes }),
    ...(until !== undefined && until !== null && { expiresAt: until }),
  };
}
