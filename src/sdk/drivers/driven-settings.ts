import { z } from '../schema.ts';

/**
 * The part of an object's settings that says how it is reached through a driver. Secrets do not belong here: they are in
 * the settings of the object that `via` names.
 */
export function drivenBy({ example, gap }: { readonly example: string; readonly gap: number }) {
  return z.strictObject({
    via: z
      .string()
      .regex(
        /^[a-z][a-z0-9_]*\/\S(?:.*\S)?$/u,
        `must name a driver and one of its objects, such as ${example}`,
      )
      .describe(`The driver and one of its objects, such as ${example}.`),
    id: z.string().min(1).max(200).optional().describe('What it is called there. Default: the key.'),
    minGapSeconds: z
      .number()
      .min(0)
      .max(86_400)
      .default(gap)
      .describe('Least time between two actions on it; what comes sooner waits.'),
  });
}

export type DrivenBy = z.output<ReturnType<typeof drivenBy>>;
