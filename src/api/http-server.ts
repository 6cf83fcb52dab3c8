import { defaultHttpLimits, type HttpLimits } from './http/http-limits.ts';
import { SignalboxAdapter } from './http/signalbox-adapter.ts';

/** The HTTP server for `NestFactory.create`. All that differs from Fastify's defaults is set here. */
export function createFastifyAdapter(limits: Partial<HttpLimits> = {}): SignalboxAdapter {
  return new SignalboxAdapter({ ...defaultHttpLimits, ...limits });
}
