import { Option, type Command } from 'commander';
import { holdReasons } from '../domain/records.ts';
import { statesArgument } from './arguments.ts';
import {
  actionNames,
  eventIds,
  eventTypes,
  NameOption,
  objectNames,
  taskIds,
  triggerIds,
} from './resources/name-source.ts';
import { timeArgument } from './times.ts';

/** Which runs: those that fit all that is given. The names are those of the API. */
export interface RunFilters {
  readonly state?: string;
  readonly task?: string;
  readonly trigger?: string;
  readonly object?: string;
  readonly action?: string;
  readonly type?: string;
  readonly event?: string;
  readonly reason?: string;
  readonly search?: string;
  readonly from?: string;
  readonly to?: string;
}

export function addRunFilters(command: Command): Command {
  const options = [
    new Option('--state <states>', 'only these, e.g. failed,held').argParser(statesArgument),
    new NameOption('--task <id>', 'only runs of this task', taskIds),
    new NameOption('--trigger <id>', 'only runs that this trigger has fired', triggerIds),
    new NameOption('--object <type/key>', 'only runs on this object, e.g. webhook/slack-ops', objectNames),
    new NameOption('--action <action>', 'only this action, e.g. webhook.send', actionNames),
    new NameOption('--type <type>', 'only runs that events of this type have caused', eventTypes),
    new NameOption('--event <id>', 'only runs that this event has caused', eventIds),
    new Option('--reason <reason>', 'only runs that are held for this reason').choices(holdReasons),
    new Option('--search <text>', 'only runs with this text in them, their event or their attempts'),
    new Option('--from <time>', 'only runs made since then').argParser(timeArgument),
    new Option('--to <time>', 'only runs made before then').argParser(timeArgument),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** What is given of the filters. */
export function filtersOf(flags: RunFilters): RunFilters {
  const { state, task, trigger, object, action, type, event, reason, search, from, to } = flags;
  const all = { state, task, trigger, object, action, type, event, reason, search, from, to };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
