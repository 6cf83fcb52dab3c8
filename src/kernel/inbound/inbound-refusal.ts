import { SignalboxError } from '../../domain/errors.ts';
import { schemaError } from '../../domain/schema-error.ts';
import { PermanentError, RetryableError, z } from '../../sdk/index.ts';
import { redactedError } from '../dispatch/redacted-logger.ts';
import type { Redact } from '../redaction/redactor.ts';

/** Whose delivery it is. */
interface Subject {
  /** `alertmanager/prod` */
  readonly ref: string;
  /** Takes its secrets out of a text. */
  readonly redact: Redact;
}

/** What was thrown over a delivery, as its sender and the log are told. What no plugin throws on purpose is a fault of ours. */
export function refusal(thrown: unknown, { ref, redact }: Subject): unknown {
  if (thrown instanceof SignalboxError) return thrown;
  if (thrown instanceof z.ZodError) {
    return schemaError(thrown, { code: 'EVENT_INVALID', subject: ref, prefix: 'body' });
  }
  if (thrown instanceof PermanentError) {
    return new SignalboxError('EVENT_INVALID', `${ref}: ${redact(thrown.message)}`);
  }
  if (thrown instanceof RetryableError) {
    const seconds = Math.ceil((thrown.retryAfterMs ?? 5_000) / 1_000);
    return new SignalboxError('OVERLOADED', redact(thrown.message), { retryAfter: seconds });
  }
  return redactedError(thrown, redact);
}
