import type { Logger } from '../../sdk/index.ts';
import { redactNothing, type Redact } from '../redaction/redactor.ts';
import { toJson } from './to-json.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
/** Of the errors that caused an error. */
const deepestCause = 5;

/** A logger for code that knows a target's secrets: they are taken out of what it logs. */
export function redactedLogger(logger: Logger, redact: Redact): Logger {
  if (redact === redactNothing) return logger;
  const redacted = levels.map((level) => [
    level,
    (fields: object, message: string) => {
      logger[level](redactedFields(fields, redact), redact(message));
    },
  ]);
  return Object.fromEntries(redacted) as Record<(typeof levels)[number], Logger['info']>;
}

/** The error of a plugin without the target's secrets, for the log. */
export function redactedError(error: unknown, redact: Redact, depth = 0): unknown {
  if (redact === redactNothing) return error;
  if (!(error instanceof Error) || depth > deepestCause) return toJson(error, redact);
  const { message, stack, cause, name, ...fields } = error;
  const copy = new Error(
    redact(message),
    cause === undefined ? {} : { cause: redactedError(cause, redact, depth + 1) },
  );
  copy.name = name;
  copy.stack = redact(stack ?? message);
  return Object.assign(copy, redactedFields(fields, redact));
}

function redactedFields(fields: object, redact: Redact): object {
  const entries = Object.entries(fields).map(([key, value]) => [key, redactedField(value, redact)]);
  return Object.fromEntries(entries) as object;
}

function redactedField(value: unknown, redact: Redact): unknown {
  if (value === undefined) return undefined;
  return value instanceof Error ? redactedError(value, redact) : toJson(value, redact);
}
