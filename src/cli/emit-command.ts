import { Command, Option } from 'commander';
import { jsonArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';
import { published, tellPublished } from './published.ts';
import { eventTypes, NameArgument, NameOption, objectKeys } from './resources/name-source.ts';

interface EmitFlags extends ConnectionFlags {
  readonly object?: string;
  readonly data?: unknown;
  readonly id?: string;
  readonly source?: string;
}

const examples = `
Examples:
  signalbox emit vm.power_on --object gpu-01
  signalbox emit vm.error --object gpu-01 --data '{"message": "disk full"}'
  signalbox emit vm.reset --object gpu-01 --source watchdog --id reset-4711   # sent twice, stored once`;

export function emitCommand(context: CliContext): Command {
  const command = new Command('emit')
    .description('Post an event to a running Signalbox.')
    .addArgument(new NameArgument('<type>', 'event type, e.g. vm.power_on', eventTypes))
    .addOption(new NameOption('--object <key>', 'key of the object that the event is about', objectKeys))
    .addOption(new Option('--data <json>', "the event's data").argParser(jsonArgument))
    .option('--id <id>', 'id of the event at its source; the same one again is not stored twice')
    .option('--source <source>', 'where the event comes from')
    .addHelpText('after', examples);
  return addConnectionOptions(command).action((type: string, flags: EmitFlags) => emit(type, flags, context));
}

async function emit(type: string, flags: EmitFlags, context: CliContext): Promise<void> {
  const { object, data, id, source } = flags;
  const answer = await connect(flags, context.env).request({
    path: '/api/events',
    body: { type, object, data, id, source },
    answer: published,
    signal: context.signal,
  });
  tellPublished(answer, flags, context);
}
