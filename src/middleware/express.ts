import type { ServerResponse } from 'node:http';
import { CallReporter } from './call-reporter.ts';
import { observe, type FrameworkRequest } from './observed-call.ts';
import type { ReporterOptions } from './options.ts';

/** Middleware for Express 4 and 5, and for whatever else takes middleware of this form. */
export interface ExpressReporter extends Pick<CallReporter, 'flush' | 'close' | 'dropped'> {
  (request: FrameworkRequest, response: ServerResponse, next: (error?: unknown) => void): void;
}

/**
 * Reports the calls that an Express application answers. Use it before everything else.
 *
 * @example
 * const report = expressReporter({ url: 'http://127.0.0.1:4280', token: process.env.SIGNALBOX_TOKEN });
 * app.use(report);
 */
export function expressReporter(options: ReporterOptions): ExpressReporter {
  const reporter = new CallReporter(options);
  const middleware = (request: FrameworkRequest, response: ServerResponse, next: () => void): void => {
    observe(request, response, {
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
  };
  return Object.defineProperties(
    Object.assign(middleware, {
      flush: () => reporter.flush(),
      close: () => reporter.close(),
      dropped: 0,
    }),
    { dropped: { get: () => reporter.dropped } },
  );
}
