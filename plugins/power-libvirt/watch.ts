import {
  concatMap,
  EMPTY,
  filter,
  from,
  map,
  merge,
  mergeMap,
  of,
  pairwise,
  retry,
  startWith,
  takeUntil,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import type { MachineReport, PluginContext } from 'signalbox/sdk';
import type { libvirt } from './connection.ts';
import { DomainNames } from './domain-names.ts';
import { meaningOf, type DomainEvent } from './domain-event.ts';
import type { LibvirtSettings } from './settings.ts';
import { virshEvents } from './virsh-events.ts';

type Context = Pick<
  PluginContext<unknown, readonly [typeof libvirt]>,
  'object' | 'objects' | 'changes' | 'lookup' | 'logger'
>;

/** Before virsh is started again, ms. */
const firstRetry = 1_000;
const longestRetry = 300_000;

/**
 * What happens to the domains of all connections, also of those that come to be later. `connected` is called each time that
 * one is watched anew: what happened before was not seen. Never fails.
 */
export function watchDomains(context: Context, connected: () => void): Observable<MachineReport> {
  const { objects, object, changes } = context;
  const current = (): ReadonlyMap<string, LibvirtSettings> =>
    new Map(objects('libvirt').map(({ key, settings }) => [key, settings]));
  return merge(of(undefined), changes).pipe(
    map(current),
    startWith(new Map<string, LibvirtSettings>()),
    pairwise(),
    mergeMap(([before, now]) => [...now].filter(([key, settings]) => before.get(key) !== settings)),
    mergeMap(([connection, settings]) => {
      const gone = changes.pipe(filter(() => object('libvirt', connection)?.settings !== settings));
      return watchConnection({ connection, settings, context, connected }).pipe(takeUntil(gone));
    }),
  );
}

interface Watching {
  readonly connection: string;
  readonly settings: LibvirtSettings;
  readonly context: Pick<Context, 'lookup' | 'logger'>;
  readonly connected: () => void;
}

function watchConnection({ connection, settings, context, connected }: Watching): Observable<MachineReport> {
  const { lookup, logger } = context;
  const hypervisor = { settings, lookup };
  const names = new DomainNames(hypervisor);
  return virshEvents(hypervisor).pipe(
    tap((told) => {
      if (told === 'connected') connected();
    }),
    retry({
      resetOnSuccess: true,
      delay: (err: unknown, count) => {
        const retryInMs = Math.min(firstRetry * 2 ** (count - 1), longestRetry);
        logger.warn({ err, connection: `libvirt/${connection}`, retryInMs }, 'VMs cannot be watched');
        return timer(retryInMs);
      },
    }),
    concatMap((told) => (told === 'connected' ? EMPTY : reportsOf(told, { connection, names }))),
  );
}

function reportsOf(
  event: DomainEvent,
  { connection, names }: { readonly connection: string; readonly names: DomainNames },
): Observable<MachineReport> {
  const told = meaningOf(event);
  if (told.length === 0) return EMPTY;
  const { name, time } = event;
  return from(names.of(event)).pipe(
    mergeMap(({ uuid, gone }) =>
      told
        // It runs on after its definition was taken away.
        .filter((report) => report.event !== 'deleted' || gone)
        .map((report) => ({
          ...report,
          ...{ type: 'vm', connection, id: name, name, time },
          ...(uuid !== undefined && { aliases: [uuid] }),
        })),
    ),
  );
}
