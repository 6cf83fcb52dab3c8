import { z, type JsonValue } from 'signalbox/sdk';
import { changesOf } from './changes.ts';

// What comes here was JSON already.
const json: z.ZodType<JsonValue> = z.any();

const object = z.record(z.string(), json);

const told = {
  changes: json.optional().describe('What changed. Left out, it is worked out.'),
  name: z.string().optional().describe('For people.'),
  user: z.string().optional().describe('Who changed it.'),
};

/** A CMDB that posts its own events may say what it did; it must not say something else. */
const operation = <const Name extends string>(name: Name) => z.literal(name).optional();

const noSide = (message: string) => z.null({ error: message }).optional();

export const created = z
  .looseObject({
    operation: operation('CREATE'),
    object_before: noSide('must be left out: there was no object before it was created'),
    object_after: object.describe('The new object.'),
    ...told,
  })
  .transform(({ changes = null, ...data }) => ({
    ...data,
    operation: 'CREATE',
    object_before: null,
    changes,
  }));

export const updated = z
  .looseObject({
    operation: operation('UPDATE'),
    object_before: object.describe('The object as it was.'),
    object_after: object.describe('The object as it is now.'),
    ...told,
  })
  .transform(({ changes, ...data }) => ({
    ...data,
    operation: 'UPDATE',
    changes: changes ?? changesOf(data.object_before, data.object_after),
  }));

export const deleted = z
  .looseObject({
    operation: operation('DELETE'),
    object_before: object.describe('The object as it was.'),
    object_after: noSide('must be left out: there is no object after it was deleted'),
    ...told,
  })
  .transform(({ changes = null, ...data }) => ({
    ...data,
    operation: 'DELETE',
    object_after: null,
    changes,
  }));
