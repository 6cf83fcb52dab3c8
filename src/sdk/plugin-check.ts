import semver from 'semver';
import { z } from 'zod';
import { API_VERSION, type AnyPlugin } from './plugin.ts';

/*
 * What TypeScript cannot say of a plugin, or could not since it was written in JavaScript. A plugin is checked when
 * it is loaded and when the test kit starts it.
 */

const schema = z.custom<z.ZodType>(
  (value) => value instanceof z.core.$ZodType,
  'must be a schema made with `z` of signalbox/sdk',
);
const method = z.custom((value) => typeof value === 'function', 'must be a function');
const label = z.string('must be a text').min(1, 'must not be empty');

/** First half of the names of events and actions, which stand in triggers, templates and URLs. */
const memberName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'must begin with a letter and hold only a to z, digits and "_"');
const pluginName = z
  .string('must be a text')
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'must begin with a letter and hold only a to z, digits and "-"');

/** First parts of paths that the API answers itself. */
const ownCollections = [
  ...[
    'audit',
    'config',
    'docs',
    'event-triggers',
    'events',
    'explain',
    'ingest',
    'objects',
    'plugins',
    'runs',
    'secrets',
  ],
  ...['session', 'setup', 'stream', 'tags', 'task-logs', 'tasks', 'tokens', 'triggers', 'types', 'users'],
];

const collectionName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'must begin with a letter and hold only a to z, digits and "-"')
  .refine((name) => !ownCollections.includes(name), 'belongs to Signalbox itself');

/** Paths below an object that the API answers itself. */
const viewName = memberName.refine((name) => !['runs', 'test'].includes(name), 'belongs to Signalbox itself');

const action = z.looseObject({
  label,
  input: schema,
  idempotent: z.boolean('must be true or false'),
  run: method,
});

const objectType = z.looseObject(
  {
    name: memberName,
    label,
    instances: z.enum(['required', 'optional', 'none']).optional(),
    settings: schema.optional(),
    events: z.record(memberName, schema).optional(),
    actions: z.record(memberName, action).optional(),
    register: z.boolean('must be true or false').optional(),
    state: z.record(memberName, z.unknown()).optional(),
    changed: method.optional(),
    subjects: method.optional(),
    inbound: z.looseObject({ auth: method, read: method, events: method.optional() }).optional(),
    test: method.optional(),
    collection: collectionName.optional(),
    triggers: z.looseObject({ collection: collectionName, event: memberName }).optional(),
    views: z.record(viewName, z.looseObject({ query: schema, show: method })).optional(),
    readyMade: z.array(z.looseObject({ key: label })).optional(),
    check: method.optional(),
    summary: method.optional(),
  },
  'must be what defineObjectType returns',
);

const plugin = z.looseObject({
  name: pluginName,
  api: z.string('must be a semver range, such as "^1.0.0"').superRefine(checkRange),
  settings: schema.optional(),
  types: z.array(objectType, 'must be a list of object types'),
  start: method.optional(),
  health: method.optional(),
});

function checkRange(range: string, context: z.core.$RefinementCtx<string>): void {
  if (semver.validRange(range) === null) {
    context.addIssue(`must be a semver range, such as "^1.0.0", got "${range}"`);
  } else if (!semver.satisfies(API_VERSION, range)) {
    context.addIssue(`"${range}" does not include ${API_VERSION}, the plugin contract of this Signalbox`);
  }
}

/** Whether a value looks like what `definePlugin` returns, right or wrong in its details. */
export function isPluginLike(value: unknown): value is AnyPlugin {
  return typeof value === 'object' && value !== null && 'name' in value && 'api' in value && 'types' in value;
}

/** All that is wrong with a plugin, in words: `types[0].events.Ticked: must begin with …`. */
export function pluginProblems(value: AnyPlugin): readonly string[] {
  const result = plugin.safeParse(value);
  return result.success ? [] : result.error.issues.map(describeIssue);
}

/** `settings.headers[0].name: must be …` */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const path = z.core.toDotPath(issue.path);
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return path === '' ? message : `${path}: ${message}`;
}
