import { z } from '../sdk/schema.ts';

/** An event as the API tells it. Fields that this version does not know are kept, for --json. */
export const eventAnswer = z.looseObject({
  id: z.string(),
  type: z.string(),
  object: z.string().optional(),
  source: z.string(),
  time: z.string(),
  receivedAt: z.string(),
  data: z.unknown(),
});

export type EventAnswer = z.output<typeof eventAnswer>;
