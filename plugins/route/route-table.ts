import { CallPattern } from './call-pattern.ts';
import { RouteIndex } from './route-index.ts';
import type { Route, RouteSettings } from './settings.ts';

/** A route and its compiled pattern. */
export interface IndexedRoute {
  readonly route: Route;
  readonly pattern: CallPattern;
}

// Signalbox hands out the same array until a route changes, and the same settings until this route does.
const patterns = new WeakMap<RouteSettings, CallPattern>();
const tables = new WeakMap<readonly Route[], RouteIndex<IndexedRoute>>();

/** The routes that a call belongs to, in their order. `method` is in upper case; `url` is path and query. */
export function routesOf(
  routes: readonly Route[],
  { method, url }: { method: string; url: string },
): readonly Route[] {
  let table = tables.get(routes);
  if (!table) tables.set(routes, (table = new RouteIndex(routes.map(indexed))));
  return table.find(method, url).map(({ route }) => route);
}

/** How many characters at the beginning of a URL a route fixes. */
export function pinnedLength({ settings }: Route): number {
  return patternOf(settings).needs.literals.find(({ first }) => first)?.text.length ?? 0;
}

function indexed(route: Route): IndexedRoute {
  return { route, pattern: patternOf(route.settings) };
}

function patternOf(settings: RouteSettings): CallPattern {
  let pattern = patterns.get(settings);
  if (!pattern) patterns.set(settings, (pattern = new CallPattern(settings.method, settings.url)));
  return pattern;
}
