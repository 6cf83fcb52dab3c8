import { Command, Option } from 'commander';
import { z } from '../sdk/schema.ts';
import { jsonArgument } from './arguments.ts';
import type { CliContext } from './cli-context.ts';
import { addConnectionOptions, connect, type ConnectionFlags } from './connection.ts';

interface EmitFlags extends ConnectionFlags {
  readonly object?: string;
  readonly data?: unknown;
  readonly id?: string;
  readonly source?: string;
}

const published = z.looseObject({ id: z.string(), duplicate: z.boolean(), runs: z.number() });

const examples = `
Examples:
  signalbox emit vm.power_on --object gpu-01
  signalbox emit vm.error --object gpu-01 --data '{"message": "disk full"}'
  signalbox emit vm.reset --object gpu-01 --source watchdog --id reset-4711   # sent twice, stored once`;

export function emitCommand(context: CliContext): Command {
  const command = new Command('emit')
    .description('Post an event to a running Signalbox.')
    .argument('<type>', 'event type, e.g. vm.power_on')
    .option('--object <key>', 'key of the object that the event is about')
    .addOption(new Option('--data <json>', "the event's data").argParser(jsonArgument))
    .option('--id <id>', 'id of the event at its source; the same one again is not stored twice')
    .option('--source <source>', 'where the event comes from')
    .addHelpText('after', examples);
  return addConnectionOptions(command).action((type: string, flags: EmitFlags) => emit(type, flags, context));
}

async function emit(type: string, flags: EmitFlags, { terminal, env, signal }: CliContext): Promise<void> {
  const { object, data, id, source } = flags;
  const answer = await connect(flags, env).request({
    path: '/api/events',
    body: { type, object, data, id, source },
    answer: published,
    signal,
  });
  const { out } = terminal;
  if (flags.json) {
    out.line(JSON.stringify(answer));
  } else if (answer.duplicate) {
    out.line(`${out.paint('yellow', 'stored before')}  event ${answer.id}: nothing was fired`);
  } else {
    out.line(`${out.paint('green', 'stored')}  event ${answer.id}: ${runsText(answer.runs)}`);
  }
}

function runsText(runs: number): string {
  if (runs === 0) return 'no task fired';
  return runs === 1 ? '1 run' : `${runs} runs`;
}
