import type { FastifyPluginCallback } from 'fastify';
import { CallReporter } from './call-reporter.ts';
import { observe } from './observed-call.ts';
import type { ReporterOptions } from './options.ts';

/**
 * Reports the calls that a Fastify application answers; what waits is sent when the application is closed.
 *
 * @example
 * await app.register(fastifyReporter, { url: 'http://127.0.0.1:4280', token: process.env.SIGNALBOX_TOKEN });
 */
export const fastifyReporter: FastifyPluginCallback<ReporterOptions> = (app, options, done) => {
  const reporter = new CallReporter(options);
  app.addHook('onRequest', (request, reply, next) => {
    observe(request.raw, reply.raw, {
      maxBodyBytes: options.maxBodyBytes ?? 65_536,
      parsedBody: () => request.body,
      ended: (call) => {
        reporter.report(call);
      },
      failed: (error) => {
        reporter.failed(error);
      },
    });
    next();
  });
  app.addHook('onClose', () => reporter.close());
  done();
};

// For the whole application, not only for what is registered beside it: this is what fastify-plugin says, too.
Object.assign(fastifyReporter, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'signalbox/middleware',
});
