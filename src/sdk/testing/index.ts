/** The test kit: one plugin, started without a server. */
export { startPlugin } from './start-plugin.ts';
export type { StartedPlugin, StartOptions } from './start-plugin.ts';
export { movableClock } from './movable-clock.ts';
export type { MovableClock } from './movable-clock.ts';
export type { InboundPost } from './inbound-run.ts';
export type { TestEvent } from './event-log.ts';
export type { AttemptOptions, TestExchange, TestOutcome, TestRecord, TrialOutcome } from './action-run.ts';
