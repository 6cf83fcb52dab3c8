import type { Outbox } from '../../src/kernel/resources/outbox.ts';

/** For specs that are not about the events of changed objects. */
export const noOutbox = {
  recordsOf: () => [],
  publish: () => Promise.resolve(),
} as unknown as Outbox;
