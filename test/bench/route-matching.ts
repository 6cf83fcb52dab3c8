import { RE2JS } from 're2js';
import { CallPattern } from '../../plugins/route/call-pattern.ts';
import { RouteIndex } from '../../plugins/route/route-index.ts';

export interface RouteMatchingFigure {
  readonly routes: number;
  readonly patterns: string;
  /** To find the routes of one call. */
  readonly microseconds: number;
  /** The same, the expression of each route tried in turn. */
  readonly linearMicroseconds: number;
  /** To make the index anew after one route has changed. */
  readonly rebuildMilliseconds: number;
}

interface Shape {
  readonly name: string;
  readonly pattern: (i: number) => string;
  readonly url: (i: number) => string;
}

const query = 'expand=lines&page=3';
const shapes: readonly Shape[] = [
  {
    name: 'anchored',
    pattern: (i) => `^/api/v01/service-${i}/orders/\\d+`,
    url: (i) => `/api/v01/service-${i}/orders/4711?${query}`,
  },
  {
    name: 'anywhere',
    pattern: (i) => `/customers/[^/]+/(?:orders|invoices)-${i}/\\d+$`,
    url: (i) => `/api/v01/customers/c-77/orders-${i}/4711`,
  },
];

/** How the cost of finding the routes of a call grows with the routes that it does not belong to. */
export function routeMatchingFigures(): readonly RouteMatchingFigure[] {
  return shapes.flatMap((shape) => [10, 1_000, 10_000].map((routes) => measure(shape, routes)));
}

function measure({ name, pattern, url }: Shape, routes: number): RouteMatchingFigure {
  const entries = Array.from({ length: routes }, (_, i) => ({ pattern: new CallPattern('GET', pattern(i)) }));
  const urls = Array.from({ length: 1_000 }, (_, i) => url((i * 7_919) % routes));
  const begun = performance.now();
  const index = new RouteIndex(entries);
  const rebuildMilliseconds = performance.now() - begun;
  const compiled = entries.map((_, i) => RE2JS.compile(pattern(i)));
  const linear = (url: string): number => compiled.filter((expression) => expression.test(url)).length;
  return {
    routes,
    patterns: name,
    microseconds: each(urls, 100_000, (url) => index.find('GET', url).length),
    linearMicroseconds: each(urls.slice(0, 100), 1_000_000 / routes, linear),
    rebuildMilliseconds,
  };
}

function each(urls: readonly string[], rounds: number, find: (url: string) => number): number {
  for (const url of urls) if (find(url) !== 1) throw new Error(`${url} must belong to one route`);
  const begun = performance.now();
  for (let i = 0; i < rounds; i++) find(urls[i % urls.length] ?? '');
  return ((performance.now() - begun) * 1000) / rounds;
}
