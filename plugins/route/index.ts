import { once } from 'node:events';
import { createServer } from 'node:http';
import { causeHeader, defineObjectType, definePlugin, parseCause, z } from 'signalbox/sdk';
import { completedCall, failedCall } from './call.ts';
import { Gateway } from './gateway/gateway.ts';
import { routeSettings } from './settings.ts';
import { subjectsOf } from './subjects.ts';

export const route = defineObjectType({
  name: 'route',
  label: 'Route',
  collection: 'routes',
  description: 'Calls of an API: those with a method and a URL that fit.',
  instances: 'required',
  settings: routeSettings,
  events: { completed: completedCall, failed: failedCall },
  subjects: ({ data }, routes) => subjectsOf(data, routes),
});

const gateway = z
  .strictObject({
    enabled: z.boolean().default(true),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('A port of its own. Default: under /gateway on the port of Signalbox.'),
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on, with a port of its own.'),
    requestTimeout: z
      .number()
      .min(1)
      .max(86_400)
      .default(300)
      .describe('Seconds for a request to arrive, with a port of its own.'),
    trustProxy: z
      .boolean()
      .default(false)
      .describe('A proxy in front of Signalbox says who called: X-Forwarded-… headers are kept.'),
    trustCause: z
      .boolean()
      .default(false)
      .describe('Callers may name the event that has led to their call, so that endless chains are stopped.'),
  })
  .describe('Forwards calls to the upstreams of their routes, and reports them.');

export default definePlugin({
  name: 'route',
  api: '^1.0.0',
  description: 'Calls of APIs as events, reported by others or seen by the gateway.',
  settings: z.strictObject({ gateway: gateway.prefault({}) }),
  types: [route],
  async start({ settings: { gateway: settings }, objects, emit, dispatcher, serve, logger }) {
    if (!settings.enabled) return;
    const prefix = settings.port === undefined ? '/gateway' : '';
    const gateway = new Gateway({
      ...{ prefix, dispatcher, logger, trustProxy: settings.trustProxy },
      routes: () => objects('route'),
      emit: async ([name, data], id) => {
        const causedBy = settings.trustCause ? parseCause(data.request.headers?.[causeHeader]) : undefined;
        await emit(name, { data, id, ...(causedBy && { causedBy }) });
      },
    });
    await gateway.ready();
    if (settings.port === undefined) {
      serve(prefix, gateway.handle);
      return () => gateway.close();
    }
    const requestTimeout = settings.requestTimeout * 1_000;
    const server = createServer({ requestTimeout, headersTimeout: 10_000 }, gateway.handle);
    server.listen(settings.port, settings.host);
    await once(server, 'listening');
    return async () => {
      server.close();
      await gateway.close();
      server.closeAllConnections();
    };
  },
});
