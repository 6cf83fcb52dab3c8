import { Transform } from 'class-transformer';
import { IsInt } from 'class-validator';
import { instantOf } from '../../domain/instant.ts';

/** A query parameter with an RFC 3339 time, as epoch milliseconds. */
export function IsTime(): PropertyDecorator {
  const read = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? instantOf(value) : value,
  );
  const check = IsInt({ message: '$property must be an RFC 3339 time, such as 2026-03-01T12:00:00Z' });
  return (target, property) => {
    read(target, property);
    check(target, property);
  };
}

/** Epoch milliseconds as people read them. */
export function rfc3339Of(time: number): string {
  return new Date(time).toISOString();
}
