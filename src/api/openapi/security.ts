import type { ErrorCode } from '../../domain/errors.ts';
import type { DeclaredHandler } from './declared-handlers.ts';

/** How a caller says who it is. */
export const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API token, `sbx_…`, or a session of the command line, as `Authorization: Bearer <token>`.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'signalbox',
    description: 'Session of a browser, begun by `POST /api/session`.',
  },
  secureSession: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-signalbox',
    description: 'The same over https.',
  },
  csrf: {
    type: 'apiKey',
    in: 'header',
    name: 'signalbox-csrf',
    description: 'Any value, such as `1`; with the cookie of a session, for every request that is not a GET.',
  },
} as const;

type Requirement = Readonly<Partial<Record<keyof typeof securitySchemes, readonly never[]>>>;

/** Who is let in: any of these. */
export function securityOf({ access, method }: DeclaredHandler): readonly Requirement[] {
  if (access === 'open' || access === 'public') return [];
  const csrf = method === 'GET' ? {} : { csrf: [] };
  return [{ token: [] }, { session: [], ...csrf }, { secureSession: [], ...csrf }];
}

/**
 * The scope that a route asks for. The lists of the requirements would be the place for it since OpenAPI 3.1, but linters of
 * today take only those of OAuth there.
 */
export function scopeOf({ access }: DeclaredHandler): object {
  return access === 'open' || access === 'public' ? {} : { 'x-scope': access === 'known' ? 'any' : access };
}

export function scopeText({ access }: DeclaredHandler): string {
  switch (access) {
    case 'open':
      return 'Needs no token, not even before the setup.';
    case 'public':
      return 'Needs no token.';
    case 'known':
      return 'For every token and session, whatever its scope.';
    default:
      return access === 'admin' ? 'Scope: `admin`.' : `Scope: \`${access}\` (or \`admin\`).`;
  }
}

/** How a caller is turned away. */
export function refusals({ access, method }: DeclaredHandler): readonly ErrorCode[] {
  if (access === 'open') return [];
  if (access === 'public') return ['SETUP_REQUIRED'];
  return [
    'SETUP_REQUIRED',
    'AUTH_REQUIRED',
    ...(access === 'known' ? [] : (['FORBIDDEN'] as const)),
    ...(method === 'GET' ? [] : (['CSRF_REFUSED'] as const)),
  ];
}
