import { IsIn, IsString } from 'class-validator';
import type { AnyObjectType } from '../../sdk/index.ts';
import { IsSort, ListQueryDto } from '../paging/page-query.dto.ts';
import { is } from '../resources/managed-query.dto.ts';
import { IsFlag } from '../resources/write-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { typeList, type DeclaredType } from './type-list.ts';

type Instances = NonNullable<AnyObjectType['instances']>;

const instances: readonly Instances[] = ['required', 'optional', 'none'];

export class TypeQueryDto extends ListQueryDto {
  /** Name of the plugin that declares it. */
  @Optional()
  @IsString()
  plugin?: string;

  @Optional()
  @IsIn(instances, { message: `$property must be one of ${instances.join(', ')}` })
  instances?: Instances;

  /** Whether its plugin is up. */
  @IsFlag()
  available?: boolean;

  @IsSort(Object.keys(typeList.sorts))
  sort?: string;
}

export function fitsType(query: TypeQueryDto, { type, plugin }: DeclaredType, available: boolean): boolean {
  return (
    is(query.plugin, plugin) &&
    is(query.instances, type.instances ?? 'optional') &&
    is(query.available, available)
  );
}
