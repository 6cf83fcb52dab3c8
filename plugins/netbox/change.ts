import { createHash } from 'node:crypto';
import { PermanentError, z, type InboundEvent, type InboundRequest, type JsonObject } from 'signalbox/sdk';
import type { NetboxSettings } from './settings.ts';

const object = z.record(z.string(), z.json());
const changes: readonly string[] = ['created', 'updated', 'deleted'];

/** What says which object it was and who did it; its form has changed with the versions of NetBox. */
const context = z.object({
  /** `site`; of older versions. */
  model: z.string().optional(),
  /** `dcim.site`; of newer ones. */
  object_type: z.string().optional(),
  username: z.string().nullish(),
  request_id: z.string().nullish(),
  /** In place of the two before; of the newest. */
  request: z.object({ id: z.string().nullish(), user: z.string().nullish() }).nullish(),
});

const change = context.extend({
  timestamp: z.string(),
  data: object.and(z.object({ id: z.union([z.number(), z.string()]) })),
  snapshots: z.object({ prechange: object.nullish(), postchange: object.nullish() }).nullish(),
});
type Change = z.output<typeof change>;

/** A change of one object. Events of jobs say nothing. */
export function readChange({ json }: InboundRequest<NetboxSettings>): readonly InboundEvent[] {
  const body = json();
  const { event } = z.object({ event: z.string() }).parse(body);
  if (!changes.includes(event)) return [];
  const posted = change.parse(body);
  const key = keyOf(posted);
  return [
    {
      type: `cmdb.${event}`,
      object: key,
      id: idOf(posted, { key, event }),
      time: timeOf(posted),
      data: dataOf(posted, event),
    },
  ];
}

function dataOf(posted: Change, event: string): object {
  const { data, object_type, model, request_id, request, username } = posted;
  return {
    object_before:
      event === 'created' ? null : (sideOf(posted, 'prechange') ?? (event === 'deleted' ? data : {})),
    object_after: event === 'deleted' ? null : (sideOf(posted, 'postchange') ?? data),
    name: nameOf(data),
    user: username ?? request?.user ?? undefined,
    netbox: { object_type: object_type ?? model, request_id: request_id ?? request?.id ?? undefined, data },
  };
}

/** A snapshot does not say whose it is. */
function sideOf(
  { data: { id }, snapshots }: Change,
  side: 'prechange' | 'postchange',
): JsonObject | undefined {
  const snapshot = snapshots?.[side];
  return snapshot ? { id, ...snapshot } : undefined;
}

/** `site:19`, whatever the version of NetBox. */
function keyOf({ model, object_type, data }: Change): string {
  const name = object_type?.split('.').at(-1) ?? model;
  if (name === undefined) throw new PermanentError('the body has neither object_type nor model');
  return `${name}:${data.id}`;
}

/** Two rules may tell of one change; one request may change an object twice. */
function idOf(
  { request_id, request, timestamp, snapshots, data }: Change,
  { key, event }: { key: string; event: string },
): string {
  const done = createHash('sha256')
    .update(JSON.stringify(snapshots ?? data))
    .digest('hex')
    .slice(0, 16);
  return [request_id ?? request?.id ?? timestamp, key, event, done].join('/');
}

/** `2021-03-09 17:55:33.968016+00:00` */
function timeOf({ timestamp }: Change): Date | undefined {
  const time = new Date(timestamp.replace(' ', 'T'));
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function nameOf({ display, name }: JsonObject): string | undefined {
  return [name, display].find((text) => typeof text === 'string' && text !== '') as string | undefined;
}
