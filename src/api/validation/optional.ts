import { ValidateIf } from 'class-validator';

/** The field may be left out. Unlike class-validator's `IsOptional` it may not be null. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_dto, value: unknown) => value !== undefined);
}
