import { createHash } from 'node:crypto';
import { z, type InboundEvent, type InboundRequest } from 'signalbox/sdk';
import { usualLevels, type AlertmanagerSettings } from './settings.ts';

const texts = z.record(z.string(), z.string());

const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts.default({}),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }).optional(),
  generatorURL: z.string().optional(),
  fingerprint: z.string().min(1).optional(),
});
type Alert = z.output<typeof alert>;

/** What Alertmanager posts: format version "4". */
const notification = z.object({
  receiver: z.string().optional(),
  externalURL: z.string().optional(),
  // Each is looked at when its turn has come.
  alerts: z.array(z.unknown()),
});

/** One event for each alert: raised when it fires, lowered when it is resolved. */
export function* readNotification({
  object,
  json,
}: InboundRequest<AlertmanagerSettings>): Iterable<InboundEvent> {
  const { alerts, receiver, externalURL } = notification.parse(json());
  for (const [index, posted] of alerts.entries()) {
    const alert = alertAt(index, posted);
    const name = fingerprintOf(alert);
    const { status, labels, annotations, startsAt, endsAt, generatorURL } = alert;
    yield {
      type: status === 'firing' ? 'alarm.raised' : 'alarm.lowered',
      // The same for each repetition of a notification: `repeat_interval`, retries, other members of a cluster.
      id: `${name}/${startsAt}/${status}`,
      time: timeOf(alert),
      data: {
        level: levelOf(alert, object.settings),
        message: messageOf(alert),
        alarm: name,
        type: labels['alertname'],
        labels,
        annotations,
        startsAt,
        endsAt: status === 'resolved' ? endsAt : undefined,
        generatorURL: generatorURL === '' ? undefined : generatorURL,
        receiver,
        externalURL,
      },
    };
  }
}

/** Throws a ZodError that names the alert's place in the notification. */
function alertAt(index: number, posted: unknown): Alert {
  const { success, data, error } = alert.safeParse(posted);
  if (success) return data;
  throw new z.ZodRealError(
    error.issues.map((issue) => ({ ...issue, path: ['alerts', index, ...issue.path] })),
  );
}

function levelOf({ labels }: Alert, { severityLabel, levels, defaultLevel }: AlertmanagerSettings): string {
  const severity = own(labels, severityLabel);
  if (severity === undefined) return defaultLevel;
  return own(levels, severity) ?? own(usualLevels, severity.toLowerCase()) ?? defaultLevel;
}

function messageOf({ labels, annotations }: Alert): string {
  const { summary, message, description } = annotations;
  const { alertname = 'Alert', instance } = labels;
  return (
    summary ?? message ?? description ?? (instance === undefined ? alertname : `${alertname}: ${instance}`)
  );
}

function timeOf({ status, startsAt, endsAt }: Alert): Date {
  return new Date(status === 'resolved' && endsAt !== undefined ? endsAt : startsAt);
}

/** Old versions send none. It stands for the labels, and so does this. */
function fingerprintOf({ fingerprint, labels }: Alert): string {
  if (fingerprint !== undefined) return fingerprint;
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

function own<T>(members: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}
