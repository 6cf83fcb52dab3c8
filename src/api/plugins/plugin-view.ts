import type { PluginState, PluginStatus } from '../../kernel/plugins/plugin-registry.ts';
import type { Health } from '../../sdk/index.ts';
import { rfc3339Of } from '../validation/rfc3339.ts';

export interface PluginView {
  readonly name: string;
  readonly state: PluginState;
  /** The last failure, until the plugin is up again. */
  readonly reason?: string;
  /** In this state since. */
  readonly since: string;
  /** Names of its object types. */
  readonly types: readonly string[];
  /** How often it was started again after a failure. */
  readonly restarts: number;
  /** What the plugin says of itself, if it says anything. */
  readonly health?: Health;
}

export function pluginView({ since, ...status }: PluginStatus, health: Health | undefined): PluginView {
  return { ...status, since: rfc3339Of(since), ...(health && { health }) };
}
