import { z } from '../sdk/index.ts';

/*
 * The resources of the configuration file, by name. What depends on the plugins (settings, events, actions) is
 * judged by the kernel when they are applied.
 */

const settings = z
  .record(z.string(), z.unknown())
  .nullish()
  .describe(
    'Settings, as the type declares them. ${env:NAME} and ${file:PATH} keep secrets out of this file.',
  );
const enabled = z.boolean().default(true);

const tag = z
  .union([
    z.string().describe('What the tag is for.'),
    z.strictObject({ description: z.string().optional().describe('What the tag is for.') }),
  ])
  .nullable();

const object = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .optional()
      .describe('Name for people, and ${NAME} in messages. Default: the key.'),
    enabled: enabled.describe('Runs for an object that is switched off are held until it is switched on.'),
    tags: z
      .array(z.string())
      .default([])
      .describe('Tags that the object bears: category/name each; they need not stand under tags.'),
    settings,
  })
  .nullable();

const target = z
  .strictObject({
    object: z.string().min(1).optional().describe('Key of one object of the action’s type.'),
    tag: z
      .string()
      .min(1)
      .optional()
      .describe('Every object of the action’s type that bears this tag when the task fires.'),
  })
  .refine((value) => (value.object === undefined) !== (value.tag === undefined), {
    error: 'must be either { object: KEY } or { tag: CATEGORY/NAME }',
  });

const task = z.strictObject({
  name: z.string().min(1).optional().describe('Name for people. Default: the id.'),
  description: z.string().optional(),
  enabled: enabled.describe('A task that is switched off does not fire.'),
  deleteAfterRunning: z
    .boolean()
    .default(false)
    .describe(
      'The task fires once and is removed when its runs have ended. One that a file names stays, and fires no more.',
    ),
  action: z.string().min(1).describe('What to do: type.action, such as webhook.send.'),
  target: target.describe('What to do it to.'),
  settings: settings.describe(
    'Settings of the action. Texts may contain ${NAME}, ${DATE}, ${event.data.…} and so on.',
  ),
});

const trigger = z
  .strictObject({
    enabled: enabled.describe('A trigger that is switched off does not fire its task.'),
    event: z.string().min(1).describe('What must happen: type.event, such as vm.power_on.'),
    object: z.string().min(1).optional().describe('Key of the one object that it must happen to.'),
    tag: z
      .string()
      .min(1)
      .optional()
      .describe('Tag of the objects that it must happen to; not together with object.'),
    filter: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Conditions on the event, such as { data.level: critical }.'),
    task: z.string().min(1).describe('Id of the task to run.'),
  })
  .refine((value) => value.object === undefined || value.tag === undefined, {
    error: 'must not have both an object and a tag',
    path: ['tag'],
  });

const objectRef = z.string().regex(/^[a-z][a-z0-9_]*\/./, { error: 'must be TYPE/KEY, such as vm/gpu-01' });
const tagName = z.string().regex(/^[^/]+\/[^/]+$/, { error: 'must be CATEGORY/NAME, such as vms/gpu' });
const id = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, {
  error: 'must be letters, digits, ".", "_" and "-", with a letter or digit at both ends',
});

export const resourceSections = {
  tags: z.record(tagName, tag).default({}).describe('Labels for objects, by CATEGORY/NAME.'),
  objects: z
    .record(objectRef, object)
    .default({})
    .describe('The things that events happen to and actions are done to, by TYPE/KEY.'),
  tasks: z.record(id, task).default({}).describe('An action on a target each, by id.'),
  triggers: z.record(id, trigger).default({}).describe('What makes a task run, by id.'),
};

export const resourcesSchema = z.object(resourceSections);

/** The resource sections of a configuration, parsed. */
export type ConfiguredResources = z.output<typeof resourcesSchema>;
