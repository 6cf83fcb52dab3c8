import { schemaRef, type Schema } from './json-schema.ts';
import type { PluginSchemas } from './plugin-schemas.ts';

/* Events are read by hand, for speed (events/native-event.ts, events/cloud-event.ts); this describes what is read there. */

const text = (description: string): Schema => ({ type: 'string', description });

const nativeFields: Schema = {
  description: 'An event in the form of Signalbox.',
  type: 'object',
  properties: {
    type: text('`<object type>.<event>`.'),
    object: text('Key of the object that it is about; it need not be known to Signalbox.'),
    data: { description: "By the event's schema." },
    id: text("Of the sender's own making; `source` and `id` together deduplicate."),
    source: { ...text('Who tells.'), default: 'signalbox/api' },
    time: { ...text('When it happened; now unless told.'), format: 'date-time' },
    causedBy: {
      description: 'The event that led to it, and how many there were before that.',
      type: 'object',
      properties: {
        id: { type: 'string', pattern: '^[\\w-]{1,64}$' },
        depth: { type: 'integer', minimum: 0, maximum: 10_000 },
      },
      required: ['id', 'depth'],
      additionalProperties: false,
    },
  },
  required: ['type'],
  additionalProperties: false,
};

/** CloudEvents 1.0, JSON format. */
function cloudEvent(types: readonly string[]): Schema {
  const attribute: Schema = { type: ['string', 'null'], minLength: 1 };
  return {
    description:
      'A CloudEvent 1.0. Extension attributes are checked and then left out, and so is `dataschema`: the schema of the type judges the data.',
    type: 'object',
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', minLength: 1 },
      source: { type: 'string', minLength: 1 },
      type: types.length > 0 ? { type: 'string', enum: types } : { type: 'string' },
      subject: { ...attribute, description: 'Key of the object.' },
      time: { ...attribute, format: 'date-time' },
      datacontenttype: attribute,
      dataschema: attribute,
      data: { description: "By the event's schema." },
      data_base64: { type: ['string', 'null'], description: 'JSON, in Base64.', contentEncoding: 'base64' },
    },
    required: ['specversion', 'id', 'source', 'type'],
    additionalProperties: { type: ['string', 'boolean', 'integer', 'null'] },
  };
}

export function eventSchemas(plugins: PluginSchemas): Readonly<Record<string, Schema>> {
  return {
    ...plugins.events('NewEvent', nativeFields),
    NewEventBatch: {
      description: 'Stored whole or not at all.',
      type: 'array',
      maxItems: 1_000,
      items: schemaRef('NewEvent'),
    },
    CloudEvent: cloudEvent(plugins.eventNames),
    CloudEventBatch: { type: 'array', maxItems: 1_000, items: schemaRef('CloudEvent') },
    CloudEventData: {
      title: 'Binary mode',
      description: 'Data of a CloudEvent whose attributes are in the `ce-` headers.',
    },
  };
}

/** The bodies that carry events, by media type. */
export const eventContent = {
  'application/json': {
    schema: { anyOf: ['NewEvent', 'NewEventBatch', 'CloudEventData'].map(schemaRef) },
  },
  'application/cloudevents+json': { schema: schemaRef('CloudEvent') },
  'application/cloudevents-batch+json': { schema: schemaRef('CloudEventBatch') },
};

/** Attributes of a CloudEvent in binary mode. */
export const eventHeaders = ['specversion', 'id', 'source', 'type', 'subject', 'time'].map((name) => ({
  name: `ce-${name}`,
  in: 'header',
  required: false,
  description: `Attribute \`${name}\` of a CloudEvent in binary mode.`,
  schema: name === 'specversion' ? { const: '1.0' } : { type: 'string' },
}));
