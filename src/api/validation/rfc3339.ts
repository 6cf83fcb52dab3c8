import { Transform } from 'class-transformer';
import { IsInt } from 'class-validator';
import { instantOf } from '../../domain/instant.ts';

/**
 * A time as the API writes it: RFC 3339, UTC, to the millisecond.
 * @format date-time
 */
export type Rfc3339 = string;

/** A query parameter with an RFC 3339 time, as epoch milliseconds. */
export function IsTime(): PropertyDecorator {
  const read = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? instantOf(value) : value,
  );
  const check = IsInt({
    message: '$property must be an RFC 3339 time, such as 2026-03-01T12:00:00Z',
    // What is sent is a text: the description of the API shows it as one.
    context: { type: 'string', format: 'date-time' },
  });
  return (target, property) => {
    read(target, property);
    check(target, property);
  };
}

/** Epoch milliseconds as people read them. */
export function rfc3339Of(time: number): Rfc3339 {
  return new Date(time).toISOString();
}
