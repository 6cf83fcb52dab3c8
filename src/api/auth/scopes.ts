import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/**
 * What a token may do: `ingest` sends events, `read` reads everything, `operate` runs and retries, `admin` does
 * all of it and changes resources.
 */
export const scopes = ['ingest', 'read', 'operate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** What a route asks of its caller. */
export type Access = Scope | 'public';

export const ACCESS = 'signalbox:access';

/** The token needs this scope. A route that says nothing needs `admin`. */
export const RequireScope = (scope: Scope): CustomDecorator => SetMetadata<string, Access>(ACCESS, scope);

/** No token is needed. */
export const Public = (): CustomDecorator => SetMetadata<string, Access>(ACCESS, 'public');
