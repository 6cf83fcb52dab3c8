import { z } from 'zod';

export { z };

/**
 * Marks a field of a settings schema as secret: it is masked in API answers, redacted from logs and
 * attempts, and left out of message templates.
 *
 * @example z.object({ token: secret() }), z.object({ pin: secret(z.string().length(4)).optional() })
 */
export function secret<Schema extends z.ZodType = z.ZodString>(schema?: Schema): Schema {
  const field = schema ?? (z.string().min(1) as unknown as Schema);
  return field.meta({ secret: true, writeOnly: true });
}

/** Whether `secret()` marked this very schema (wrappers such as `optional()` are not looked through). */
export function isSecret(schema: z.core.$ZodType): boolean {
  return z.globalRegistry.get(schema)?.['secret'] === true;
}

/** What becomes of a value that a placeholder inserts into a field: text, or text that is escaped as in HTML. */
export type Filling = 'text' | 'html';

/**
 * Marks a field of an action's input that placeholders fill in with text only. A number, a list or an object is inserted
 * as its text even where the placeholder stands alone, so that the data of an event never decides on the form of the
 * field.
 *
 * @example z.object({ subject: text(), to: text(z.union([z.email(), z.array(z.email())])) })
 */
export function text<Schema extends z.ZodType = z.ZodString>(schema?: Schema): Schema {
  return filledWith('text', schema);
}

/**
 * Marks a field of an action's input that is HTML: as `text()`, and what placeholders insert is escaped for the text of
 * elements and for attributes in quotes. What is written around them is left as it is.
 */
export function html<Schema extends z.ZodType = z.ZodString>(schema?: Schema): Schema {
  return filledWith('html', schema).meta({ contentMediaType: 'text/html' });
}

function filledWith<Schema extends z.ZodType>(filling: Filling, schema?: Schema): Schema {
  return (schema ?? (z.string() as unknown as Schema)).meta({ filling });
}

/** How `text()` or `html()` marked this very schema, wrappers not looked through. */
export function fillingOf(schema: z.core.$ZodType): Filling | undefined {
  return z.globalRegistry.get(schema)?.['filling'] as Filling | undefined;
}

/**
 * Marks an object of a settings schema as a place that is connected to with `connect`. As for URLs, the egress policy is
 * asked when the settings are saved, and whoever changes the host or the port has to give the secrets again.
 *
 * @example endpoint(z.object({ host: z.string(), port: z.number().default(25), password: secret() }))
 */
export function endpoint<Schema extends z.ZodType<{ readonly host: string; readonly port: number }>>(
  schema: Schema,
): Schema {
  return schema.meta({ endpoint: true });
}

/** Whether `endpoint()` marked this very schema, wrappers not looked through. */
export function isEndpoint(schema: z.core.$ZodType): boolean {
  return z.globalRegistry.get(schema)?.['endpoint'] === true;
}

/**
 * Marks a field of a settings schema that decides where secrets go or who can read them on their way, beside URLs and
 * endpoints: a switch that turns checks of certificates off, a program that is given a password. Whoever changes it has to
 * give the secrets again; to turn a switch off (`false`) nobody is asked.
 *
 * @example z.object({ token: secret(), allowInsecureCertificates: destination(z.boolean()).default(false) })
 */
export function destination<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ destination: true });
}

/** Whether `destination()` marked this very schema, wrappers not looked through. */
export function isDestination(schema: z.core.$ZodType): boolean {
  return z.globalRegistry.get(schema)?.['destination'] === true;
}
