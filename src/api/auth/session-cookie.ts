import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A browser takes it over https only, for this host and all of it: no neighbour can plant one. */
const secureName = '__Host-signalbox';
const plainName = 'signalbox';

/** The secret of a session, out of the `Cookie` header. */
export function sessionSecret(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const cookies = parseCookie(header);
  return cookies[secureName] ?? cookies[plainName];
}

/** No script can read it, and no other site has the browser send it. */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { secret, maxAgeMs }: { readonly secret: string; readonly maxAgeMs: number },
): void {
  reply.header('set-cookie', cookieOf(isSecure(request), secret, Math.floor(maxAgeMs / 1_000)));
}

/** Both, since nobody knows any more how it was set. */
export function clearSessionCookie(reply: FastifyReply): void {
  reply.header('set-cookie', [cookieOf(true, '', 0), cookieOf(false, '', 0)]);
}

function cookieOf(secure: boolean, value: string, maxAge: number): string {
  const name = secure ? secureName : plainName;
  return stringifySetCookie({ name, value, maxAge, path: '/', httpOnly: true, sameSite: 'strict', secure });
}

/**
 * Whether the browser speaks https, be it with a proxy. What it or the proxy says is believed without proof: whoever
 * lies only loses his own cookie.
 */
function isSecure({ protocol, headers }: FastifyRequest): boolean {
  const [forwarded] = [headers['x-forwarded-proto']].flat();
  return (
    protocol === 'https' ||
    forwarded?.split(',', 1)[0]?.trim().toLowerCase() === 'https' ||
    (headers.origin?.startsWith('https://') ?? false)
  );
}
