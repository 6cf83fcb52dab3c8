import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Scope } from '../../domain/scopes.ts';

/** What a route asks of its caller: a scope; any token or session at all (`known`); nothing; nothing, even before the setup. */
export type Access = Scope | 'known' | 'public' | 'open';

export const ACCESS = 'signalbox:access';

const access = (needed: Access): CustomDecorator => SetMetadata<string, Access>(ACCESS, needed);

/** The caller needs this scope. A route that says nothing needs `admin`. */
export const RequireScope = (scope: Scope): CustomDecorator => access(scope);

/** For everybody who has a token or a session, whatever it may do. */
export const AnyScope = (): CustomDecorator => access('known');

/** No token is needed, once Signalbox is set up. */
export const Public = (): CustomDecorator => access('public');

/** No token is needed, before Signalbox is set up neither. */
export const AlwaysOpen = (): CustomDecorator => access('open');
