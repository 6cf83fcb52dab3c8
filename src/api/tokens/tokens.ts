import { Inject, Injectable } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { newId } from '../../domain/new-id.ts';
import { versionTime } from '../../domain/version-time.ts';
import type { TokenRecord } from '../../kernel/identity-store.ts';
import { keepAnAdministrator } from '../auth/administrators.ts';
import { AUTH_OPTIONS, type AuthOptions } from '../auth/auth-options.ts';
import { adminTokenName } from '../auth/authenticator.ts';
import { IdentityDirectory } from '../auth/identity-directory.ts';
import { principalText, type Principal } from '../auth/principal.ts';
import { digest, newSecret } from '../auth/secret.ts';
import { notFound } from '../errors/not-found.ts';
import type { Stamped } from '../resources/entity-tag.ts';
import { identityWritten } from '../resources/identity-written.ts';
import type { WriteRequest } from '../resources/resource-editor.ts';
import type { Written } from '../resources/written.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';
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
  async create(
    { name, scopes, expiresAt }: TokenBodyDto,
    by: Principal,
    request: WriteRequest,
  ): Promise<{ readonly written: Written<TokenRecord>; readonly secret: string }> {
    const { record, secret } = newToken({ name, scopes, expiresAt, createdBy: principalText(by) });
    const written = await this.#write(request, () => {
      this.#check(record);
      return { before: undefined, after: record };
    });
    return { written, secret };
  }

  /** Name, scopes and end; what is left out of a PUT gets its default. The token itself stays what it is. */
  replace(
    id: string,
    { name, scopes, expiresAt }: TokenBodyDto,
    request: WriteRequest,
  ): Promise<Written<TokenRecord>> {
    return this.update(id, { name, scopes, expiresAt: expiresAt ?? null }, request);
  }

  update(id: string, patch: TokenPatchDto, request: WriteRequest): Promise<Written<TokenRecord>> {
    return this.#write(request, () => {
      const before = this.get(id);
      const after = patched(before, patch);
      this.#check(after, before);
      this.#keepAnAdministrator(this.#others(id).concat(after));
      return { before, after };
    });
  }

  revoke(id: string, request: WriteRequest): Promise<Written<TokenRecord>> {
    return this.#write(request, () => {
      const before = this.get(id);
      this.#keepAnAdministrator(this.#others(id));
      return { before, after: undefined };
    });
  }

  async #write(
    { dryRun = false, conditions }: WriteRequest,
    plan: () => { readonly before: TokenRecord | undefined; readonly after: TokenRecord | undefined },
  ): Promise<Written<TokenRecord>> {
    let written: Written<TokenRecord> | undefined;
    await this.directory.change(
      () => {
        const { before, after } = plan();
        conditions?.check(before && stampsOf(before));
        written = identityWritten({ before, after }, { dryRun, entryOf });
        if (written.change === 'unchanged') return [];
        return after ? [{ kind: 'token', put: after }] : [{ kind: 'token', remove: written.record.id }];
      },
      { dryRun },
    );
    if (!written) throw new Error('nothing was planned');
    return written;
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

  /** One that has ended may be given another name. */
  #check({ id, name, expiresAt }: TokenRecord, before?: TokenRecord): void {
    const taken = this.#others(id).some((other) => other.name === name) || name === adminTokenName;
    if (taken) throw new SignalboxError('CONFLICT', `there is a token "${name}" already`, { field: 'name' });
    if (expiresAt === undefined || expiresAt === before?.expiresAt || expiresAt > Date.now()) return;
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
    updatedAt: versionTime(Date.now(), stampsOf(token)),
  };
}

function stampsOf({ createdAt, updatedAt = createdAt }: TokenRecord): Stamped {
  return { createdAt, updatedAt };
}

/** What people write of a token. */
function entryOf({ name, scopes, expiresAt }: TokenRecord): object {
  return { name, scopes, ...(expiresAt !== undefined && { expiresAt: rfc3339Of(expiresAt) }) };
}
