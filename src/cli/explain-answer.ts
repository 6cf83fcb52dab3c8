import { z } from '../sdk/schema.ts';

const target = z.object({
  target: z.string(),
  wouldAct: z.boolean(),
  reason: z.string().optional(),
  notBefore: z.string().optional(),
});

const failedCondition = z.object({
  at: z.string(),
  condition: z.unknown(),
  value: z.unknown(),
  valueBegins: z.string().optional(),
});

const explainedTrigger = z.looseObject({
  trigger: z.string(),
  object: z.string().optional(),
  tag: z.string().optional(),
  fires: z.boolean(),
  reason: z.string().optional(),
  failed: z.array(failedCondition).optional(),
  fired: z.boolean().optional(),
  task: z.object({ id: z.string(), name: z.string().optional(), action: z.string().optional() }),
  targets: z
    .object({ total: z.number(), maxTargets: z.number().optional(), items: z.array(target) })
    .optional(),
});

const explanation = z.looseObject({
  event: z.looseObject({ type: z.string(), object: z.string().optional(), time: z.string() }),
  object: z.object({ name: z.string(), tags: z.array(z.string()) }).nullish(),
  reason: z.string().optional(),
  runs: z.number(),
  registers: z.boolean().optional(),
  happened: z.object({ runs: z.number(), more: z.boolean().optional() }).optional(),
  total: z.number(),
  triggers: z.object({ items: z.array(explainedTrigger), next: z.string().optional() }),
});

/** What `explain` is told of events. */
export const explainAnswer = z.object({ items: z.array(explanation) });

export type ExplanationAnswer = z.output<typeof explanation>;
export type ExplainedTrigger = z.output<typeof explainedTrigger>;
