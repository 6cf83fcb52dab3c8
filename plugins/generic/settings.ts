import { compileFilter, FilterError, inboundAuth, z, type JsonObject, type JsonValue } from 'signalbox/sdk';
import { compilePath, compileText, compileValue, roots } from './template.ts';

const json: z.ZodType<JsonValue> = z.json();
const text = checked(z.string().min(1), compileText);
const path = checked(z.string(), compilePath);

/** What one event is made of. */
const event = z.strictObject({
  when: z
    .record(z.string(), json)
    .superRefine((filter, context) => {
      try {
        compileWhen(filter);
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        context.addIssue(`${error.field.replace(/^filter\.?/, '')}: ${error.mistake}`);
      }
    })
    .optional()
    .describe('A filter on body, headers, item, index and values. Without it: always.'),
  items: path.optional().describe('Path to a list, such as body.alerts: one event for each of its elements.'),
  type: text.describe('Event type, such as vm.power_on.'),
  object: text.optional().describe('Key of the object that it is about.'),
  id: text
    .optional()
    .describe('The same for the same event, so that it fires once however often it is posted.'),
  time: text.optional().describe('When it happened: RFC 3339, or epoch seconds or milliseconds.'),
  data: checked(json, compileValue).optional().describe('Its data. Default: the element, or the whole body.'),
});

/** A value that is looked up in a table: other systems have other words. */
const value = z.strictObject({
  from: text.describe('What is looked up.'),
  map: z.record(z.string(), json).describe('What stands for it.'),
  default: json.optional().describe('What stands for everything else. Without it: nothing.'),
});

export const genericSettings = z.strictObject({
  auth: inboundAuth(),
  values: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/), value)
    .default({})
    .describe('Tables, used as ${values.<name>}.'),
  events: z.array(event).min(1).describe('Each that fits makes an event, in this order.'),
});

export type GenericSettings = z.output<typeof genericSettings>;
export type EventMapping = GenericSettings['events'][number];

/** Prepares the filter of an event. */
export function compileWhen(filter: JsonObject): (document: JsonObject) => boolean {
  return compileFilter(filter, ([root = '']) =>
    (roots as readonly string[]).includes(root)
      ? undefined
      : `there are ${roots.join(', ')}; write "body.${root}" for a field of the body`,
  );
}

/** A schema whose values can be compiled; why one cannot is its issue. */
function checked<Schema extends z.ZodType>(
  schema: Schema,
  compile: (value: z.output<Schema>) => unknown,
): Schema {
  return schema.superRefine((value, context) => {
    try {
      compile(value);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
    }
  });
}
