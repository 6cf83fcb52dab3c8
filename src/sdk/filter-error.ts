/** A mistake in a filter. */
export class FilterError extends Error {
  override name = 'FilterError';

  /** `field` is where it stands: `filter.data.level.$foo`; `mistake` says what it is, without the field. */
  constructor(
    readonly field: string,
    readonly mistake: string,
    options?: ErrorOptions,
  ) {
    super(`${field}: ${mistake}`, options);
  }
}

export function filterError(field: string, mistake: string, options?: ErrorOptions): FilterError {
  return new FilterError(field, mistake, options);
}
