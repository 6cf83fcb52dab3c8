import { IsIn, IsString } from 'class-validator';
import type { PluginState, PluginStatus } from '../../kernel/plugins/plugin-registry.ts';
import { IsSort, ListQueryDto } from '../paging/page-query.dto.ts';
import { is } from '../resources/managed-query.dto.ts';
import { Optional } from '../validation/optional.ts';
import { pluginList } from './plugin-list.ts';

const states: readonly PluginState[] = ['starting', 'up', 'down', 'stopped'];

export class PluginQueryDto extends ListQueryDto {
  @Optional()
  @IsIn(states, { message: `$property must be one of ${states.join(', ')}` })
  state?: PluginState;

  /** That declares this object type. */
  @Optional()
  @IsString()
  type?: string;

  @IsSort(Object.keys(pluginList.sorts))
  sort?: string;
}

export function fitsPlugin({ state, type }: PluginQueryDto, plugin: PluginStatus): boolean {
  return is(state, plugin.state) && (type === undefined || plugin.types.includes(type));
}
