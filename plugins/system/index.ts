import { catchError, defer, EMPTY, mergeMap, retry, throwError, timer, type Observable } from 'rxjs';
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

const retryMs = 2_000;

type Context = PluginContext<unknown, readonly [typeof system]>;

export default definePlugin({
  name: 'system',
  api: '^1.0.0',
  description: "Updates, startups and log entries; among them Signalbox's own.",
  types: [system],
  start: ({ notices, emit, logger }) =>
    notices.pipe(
      mergeMap(
        (notice) =>
          defer(() => tell(notice, emit)).pipe(
            retry({ delay: (error: unknown) => (mayPass(error) ? timer(retryMs) : throwError(() => error)) }),
            catchError((error: unknown) => unlessStored(notice, { error, logger })),
          ),
        16,
      ),
    ),
});

/** The notice's id keeps one that is told again, say after a restart of this plugin, from being stored twice. */
function tell(notice: Notice, emit: Context['emit']): Promise<Emitted> {
  const { id, kind, level, message, data, time, causedBy } = notice;
  const told = { id, time, ...(causedBy && { causedBy }) };
  if (kind === 'started') return emit('system.startup', { ...told, data });
  return emit('system.log', { ...told, data: { ...data, type: kind, level, message } });
}

/** The storage is at fault, or has too much to do. */
function mayPass(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'STORAGE_UNAVAILABLE' || code === 'OVERLOADED';
}

/** One that cannot be stored must not keep the next ones from being told. */
function unlessStored(
  { kind }: Notice,
  { error, logger }: { readonly error: unknown; readonly logger: Logger },
): Observable<never> {
  logger.warn({ err: error, notice: kind }, 'a notice could not be stored');
  return EMPTY;
}
