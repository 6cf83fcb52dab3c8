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
