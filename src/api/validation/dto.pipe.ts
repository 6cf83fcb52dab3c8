import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { SignalboxError } from '../../domain/errors.ts';
import { toDto, type DtoClass } from './to-dto.ts';

const plainTypes: readonly unknown[] = [String, Number, Boolean, Array, Object, undefined];

/** Validates every body and query that a route declares a DTO for. */
export class DtoPipe implements PipeTransform<unknown, unknown> {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (plainTypes.includes(metatype) || (type !== 'body' && type !== 'query')) return value;
    if (type === 'body' && value === undefined) {
      throw new SignalboxError('BODY_INVALID', 'a JSON body is needed, with content-type: application/json');
    }
    const Dto = metatype as DtoClass<object>;
    return toDto(Dto, value, type === 'query' ? 'QUERY_INVALID' : 'RESOURCE_INVALID');
  }
}
