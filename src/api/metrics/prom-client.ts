import { createRequire } from 'node:module';
import type * as PromClient from 'prom-client';

/*
 * prom-client in parts: the whole of it takes 20 MB, of which 15 are for the metrics of the process, and those only when somebody
 * asks. Its version is pinned.
 */

const require = createRequire(import.meta.url);

export const Counter = require('prom-client/lib/counter.js') as typeof PromClient.Counter;
export const Gauge = require('prom-client/lib/gauge.js') as typeof PromClient.Gauge;
export const Histogram = require('prom-client/lib/histogram.js') as typeof PromClient.Histogram;
export const Registry = require('prom-client/lib/registry.js') as typeof PromClient.Registry;

/** Metrics of the process, in this registry: they watch the event loop and the garbage collector from now on. */
export function collectDefaultMetrics(register: PromClient.Registry): void {
  const collect = require('prom-client/lib/defaultMetrics.js') as typeof PromClient.collectDefaultMetrics;
  collect({ register });
}
