import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean } from 'class-validator';
import { Optional } from '../validation/optional.ts';

/** `true` or `false`, as a query parameter. */
export function IsFlag(): PropertyDecorator {
  return applyDecorators(
    Optional(),
    Transform(({ value }: { value: unknown }) => flags.get(value) ?? value),
    IsBoolean({ message: '$property must be true or false' }),
  );
}

const flags = new Map<unknown, boolean>([
  ['true', true],
  ['false', false],
]);

/** Of every request that makes or changes a resource. */
export class WriteQueryDto {
  /** Judges the request and says what it would change, and changes nothing. */
  @IsFlag()
  dryRun?: boolean;
}

/** Of every request that removes a resource that others may name. */
export class RemovalQueryDto extends WriteQueryDto {
  /** Those that name it are switched off, objects lose the tag. */
  @IsFlag()
  force?: boolean;
}
