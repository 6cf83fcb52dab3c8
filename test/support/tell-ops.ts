import type { TestConfig } from './signalbox.ts';

export interface TellOptions {
  /** Further settings of the webhook. */
  readonly settings?: object;
  /** Further keys of the webhook, such as `enabled`. */
  readonly webhook?: object;
  /** Further keys of the task. */
  readonly task?: object;
  /** Further keys of the trigger. */
  readonly trigger?: object;
}

/** A configuration: the trigger `on` fires the task `tell` at every `vm.power_on`, and it sends to `webhook/ops`. */
export function tellOps(
  url: string,
  { settings = {}, webhook = {}, task = {}, trigger = {} }: TellOptions = {},
): TestConfig {
  return {
    objects: { 'webhook/ops': { settings: { url, ...settings }, ...webhook } },
    tasks: { tell: { action: 'webhook.send', target: { object: 'ops' }, ...task } },
    triggers: { on: { event: 'vm.power_on', task: 'tell', ...trigger } },
  };
}
