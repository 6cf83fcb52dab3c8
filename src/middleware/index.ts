/** Reports the calls that an application answers to Signalbox. */
export { expressReporter } from './express.ts';
export type { ExpressReporter } from './express.ts';
export { fastifyReporter } from './fastify.ts';
export type { CallData } from './call-data.ts';
export type { ReporterOptions } from './options.ts';
