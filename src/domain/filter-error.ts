import { SignalboxError } from './errors.ts';

/** A mistake in a filter; `field` is where it stands: `filter.data.level.$foo`. */
export function filterError(field: string, mistake: string, options?: ErrorOptions): SignalboxError {
  return new SignalboxError('FILTER_INVALID', `${field}: ${mistake}`, { ...options, field });
}
