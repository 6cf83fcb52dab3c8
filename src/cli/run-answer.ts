import { runStates } from '../domain/records.ts';
import { z } from '../sdk/schema.ts';

/** A run as the API tells it. Fields that this version does not know are kept, for --json. */
export const runAnswer = z.looseObject({
  id: z.string(),
  state: z.enum(runStates),
  reason: z.string().optional(),
  task: z.object({ id: z.string(), name: z.string() }),
  action: z.string(),
  target: z.string(),
  event: z.looseObject({ id: z.string() }),
  trigger: z.string().optional(),
  attempts: z.number(),
  dueAt: z.string(),
  /** Its target has just been acted on. */
  notBefore: z.string().optional(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
});

export type RunAnswer = z.output<typeof runAnswer>;
