import { normalUrl } from '../normal-url.ts';
import { pinnedLength, routesOf } from '../route-table.ts';
import type { Route, Upstream } from '../settings.ts';

/** Where a call is forwarded to. */
export interface Target {
  readonly upstream: Upstream;
  /** `http://10.0.0.5:3000` */
  readonly origin: string;
  /** Path at the upstream, without the query. */
  readonly path: string;
  /** Without `?`; empty when there is none. */
  readonly query: string;
}

/** Of the routes that fit and have an upstream, the one whose pattern is pinned to the longest beginning, then by key. */
export function targetOf(
  routes: readonly Route[],
  call: { method: string; url: string },
): Target | undefined {
  const [route] = routesOf(routes, call)
    .filter(({ settings }) => settings.upstream)
    .sort((one, other) => pinnedLength(other) - pinnedLength(one));
  const upstream = route?.settings.upstream;
  if (!upstream) return undefined;
  const { origin, pathname } = new URL(upstream.url);
  const [path = '/', ...query] = call.url.split('?');
  const rest = withoutPrefix(path, normalUrl(upstream.stripPrefix ?? ''));
  return { upstream, origin, path: pathname.replace(/\/$/, '') + rest, query: query.join('?') };
}

/** What is left, after one decoding, of a dot, a slash, a backslash or a control character. */
const encodedTwice = /%(?:25)*(?:2e|2f|5c|7f|[01][0-9a-f])/i;

/** Why a URL (path and query) is not forwarded; undefined when it is. */
export function urlProblem(url: string): string | undefined {
  const [path = ''] = url.split('?', 1);
  if (/[\\\s#]/.test(path)) return 'the path must not have "\\", "#" or spaces in it';
  const decoded = decodedPath(path);
  if (decoded === undefined) return 'the path is not valid percent-encoded UTF-8';
  // The upstream might resolve these, and answer another path than the one that the routes were asked about.
  if (/\/\.\.|\.\.\/|\/\.(?:[;/]|$)/.test(decoded)) return 'the path must not have "." or ".." in it';
  if (/[\\\p{Cc}]/u.test(decoded)) return 'the path must not have "\\" or control characters in it';
  // The same for one that decodes it again. "/" that is encoded once stands for itself in a name, and is forwarded so.
  if (encodedTwice.test(decoded)) return 'the path must not have ".", "/" or "\\" encoded twice in it';
  return undefined;
}

/** Without the query, which may hold what is nobody's business. */
export function pathOf(url: string): string {
  return url.split('?', 1).join('');
}

function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function withoutPrefix(path: string, prefix: string): string {
  const bare = prefix.replace(/\/$/, '');
  if (path !== bare && !path.startsWith(`${bare}/`)) return path;
  return path.slice(bare.length) || '/';
}
