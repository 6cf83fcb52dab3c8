import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers a request of Signalbox's own server as it came: nothing was read of its body, and nobody was asked for a
 * token.
 */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

const prefixForm = /^(?:\/[a-z0-9][a-z0-9._-]*)+$/;

/** Paths that Signalbox answers itself. */
const ownPaths = ['/api', '/health'];

/** Whether a URL (path and query) lies at or under a prefix. */
export function isUnder(url: string, prefix: string): boolean {
  return url.startsWith(prefix) && (url.length === prefix.length || '/?'.includes(url.charAt(prefix.length)));
}

/** Why a prefix cannot be served by a plugin; undefined when it can. */
export function prefixProblem(prefix: string): string | undefined {
  if (!prefixForm.test(prefix)) {
    return `"${prefix}" must be a path such as /gateway: in lower case, with no slash at its end`;
  }
  return ownPaths.some((own) => isUnder(prefix, own)) ? `"${prefix}" belongs to Signalbox itself` : undefined;
}
