import { z } from '../sdk/schema.ts';

const kinds = ['tag', 'object', 'task', 'trigger'] as const;
const changes = ['created', 'updated', 'adopted', 'removed', 'released', 'kept', 'left'] as const;

export const fieldAnswer = z.looseObject({
  field: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  secret: z.boolean().optional(),
});

const changeAnswer = z.looseObject({
  kind: z.enum(kinds),
  id: z.string(),
  change: z.enum(changes),
  changedByHandAt: z.string().optional(),
  fields: z.array(fieldAnswer),
  usedBy: z.array(z.string()).optional(),
});

/** What the API says of a plan, or of what it has applied. */
export const reportAnswer = z.looseObject({
  changes: z.array(changeAnswer),
  summary: z.record(z.enum([...changes, 'unchanged']), z.number()),
});

export type FieldAnswer = z.output<typeof fieldAnswer>;
export type ChangeAnswer = z.output<typeof changeAnswer>;
export type ReportAnswer = z.output<typeof reportAnswer>;

const section = z.record(z.string(), z.json());

export const exportAnswer = z.looseObject({
  tags: section,
  objects: section,
  tasks: section,
  triggers: section,
  secrets: z.array(z.object({ path: z.array(z.union([z.string(), z.int()])), single: z.boolean() })),
  warnings: z.array(z.string()),
});

export type ExportAnswer = z.output<typeof exportAnswer>;
