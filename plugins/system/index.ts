import { mergeMap } from 'rxjs';
import {
  defineObjectType,
  definePlugin,
  z,
  type Emitted,
  type Logger,
  type Notice,
  type PluginContext,
} from 'signalbox/sdk';

/** As VergeOS has them. */
const levels = ['critical', 'error', 'warning', 'message', 'audit', 'summary', 'debug'] as const;

const update = z.looseObject({
  version: z.string().optional().describe('The new version.'),
});

export const system = defineObjectType({
  name: 'system',
  label: 'System',
  description:
    'What Signalbox itself, or another system as a whole, has to say. There is no object to choose.',
  instances: 'none',
  events: {
    update_available: update,
    update_completed: update,
    startup: z.looseObject({ version: z.string().optional().describe('The version that has started.') }),
    log: z.looseObject({
      type: z.string().describe('What it is about. Of Signalbox: task, run, object, plugin or chain.'),
      level: z.enum(levels),
      message: z.string().describe('One sentence, for people.'),
    }),
  },
});

type Context = PluginContext<unknown, readonly [typeof system]>;

export default definePlugin({
  name: 'system',
  api: '^1.0.0',
  description: "Updates, startups and log entries; among them Signalbox's own.",
  types: [system],
  start: ({ notices, emit, logger }) =>
    notices.pipe(mergeMap((notice) => tell(notice, emit).catch(unlessStored(notice, logger)), 16)),
});

/** The notice's id keeps one that is told again, say after a restart of this plugin, from being stored twice. */
function tell(notice: Notice, emit: Context['emit']): Promise<Emitted> {
  const { id, kind, level, message, data, time, causedBy } = notice;
  const told = { id, time, ...(causedBy && { causedBy }) };
  if (kind === 'started') return emit('system.startup', { ...told, data });
  return emit('system.log', { ...told, data: { ...data, type: kind, level, message } });
}

/** One that cannot be stored must not keep the next ones from being told. */
function unlessStored({ kind }: Notice, logger: Logger): (error: unknown) => void {
  return (error) => {
    logger.warn({ err: error, notice: kind }, 'a notice could not be stored');
  };
}
