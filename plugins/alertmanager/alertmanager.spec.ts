import { describe, expect, it } from '@jest/globals';
import type { InboundEvent, z } from 'signalbox/sdk';
import { startPlugin } from 'signalbox/sdk/testing';
import plugin, { alertmanager } from './index.ts';

const auth = { type: 'bearer', token: 'a-token-of-16-characters' } as const;

const firing = {
  status: 'firing',
  labels: { alertname: 'DiskFull', instance: 'node-3:9100', severity: 'critical' },
  annotations: { summary: 'Disk of node-3 is full', description: 'only 1 % left' },
  startsAt: '2026-03-01T12:00:00.828Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
  fingerprint: '1a30ba71cca2921f',
};
const resolved = { ...firing, status: 'resolved', endsAt: '2026-03-01T12:30:00.828Z' };

/** As Alertmanager posts it. */
const notification = (...alerts: readonly object[]): object => ({
  receiver: 'signalbox',
  status: 'firing',
  alerts,
  groupLabels: { alertname: 'DiskFull' },
  commonLabels: { alertname: 'DiskFull' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}:{alertname="DiskFull"}',
  truncatedAlerts: 0,
});

async function eventsOf(body: object, settings: object = {}): Promise<readonly InboundEvent[]> {
  await using started = await startPlugin(plugin);
  return started.readInbound('alertmanager', { object: { settings: { auth, ...settings } }, body });
}

async function dataOf(alert: object, settings: object = {}): Promise<Record<string, unknown>> {
  const [event] = await eventsOf(notification({ ...firing, ...alert }), settings);
  return event?.data as Record<string, unknown>;
}

it('raises an alarm for an alert that fires', async () => {
  expect(await eventsOf(notification(firing))).toEqual([
    {
      type: 'alarm.raised',
      id: '1a30ba71cca2921f/2026-03-01T12:00:00.828Z/firing',
      time: new Date('2026-03-01T12:00:00.828Z'),
      data: {
        level: 'critical',
        message: 'Disk of node-3 is full',
        alarm: '1a30ba71cca2921f',
        type: 'DiskFull',
        labels: firing.labels,
        annotations: firing.annotations,
        startsAt: '2026-03-01T12:00:00.828Z',
        generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
        receiver: 'signalbox',
        externalURL: 'http://alertmanager:9093',
      },
    },
  ]);
});

it('lowers the same alarm once it is resolved', async () => {
  const [raised, lowered] = await eventsOf(notification(firing, resolved));
  expect(lowered).toMatchObject({
    type: 'alarm.lowered',
    time: new Date('2026-03-01T12:30:00.828Z'),
    data: { alarm: '1a30ba71cca2921f', endsAt: '2026-03-01T12:30:00.828Z' },
  });
  expect(lowered?.id).not.toBe(raised?.id);
});

it('says nothing for a notification without alerts', async () => {
  expect(await eventsOf(notification())).toEqual([]);
});

it('gives an alert the same id in each repetition, and another one when it fires anew', async () => {
  const ids = async (alert: object) => (await eventsOf(notification(alert))).map(({ id }) => id);
  expect(await ids({ ...firing, annotations: {} })).toEqual(await ids(firing));
  expect(await ids({ ...firing, startsAt: '2026-03-02T12:00:00Z' })).not.toEqual(await ids(firing));
});

it('makes up for a fingerprint that old versions do not send', async () => {
  const { alarm } = await dataOf({ fingerprint: undefined });
  expect(alarm).toMatch(/^[0-9a-f]{16}$/);
  const reversed = Object.fromEntries(Object.entries(firing.labels).reverse());
  expect(await dataOf({ fingerprint: undefined, labels: reversed })).toMatchObject({ alarm });
  expect((await dataOf({ fingerprint: undefined, labels: { alertname: 'x' } }))['alarm']).not.toBe(alarm);
});

describe('the level', () => {
  const levelOf = async (severity: string | undefined, settings: object = {}) =>
    (await dataOf({ labels: severity === undefined ? {} : { severity } }, settings))['level'];

  it.each([
    ['critical', 'critical'],
    ['page', 'critical'],
    ['error', 'error'],
    ['major', 'error'],
    ['warning', 'warning'],
    ['Warning', 'warning'],
    ['minor', 'warning'],
    ['info', 'message'],
    ['none', 'message'],
    ['odd', 'warning'],
    ['constructor', 'warning'],
    [undefined, 'warning'],
  ])('of severity %s is %s', async (severity, level) => {
    expect(await levelOf(severity)).toBe(level);
  });

  it('is what the settings say', async () => {
    const settings = { levels: { P1: 'critical', info: 'warning' }, defaultLevel: 'error' };
    expect(await levelOf('P1', settings)).toBe('critical');
    expect(await levelOf('info', settings)).toBe('warning');
    expect(await levelOf('page', settings)).toBe('critical');
    expect(await levelOf('odd', settings)).toBe('error');
    const label = { severityLabel: 'priority', levels: { '2': 'error' } };
    expect(await dataOf({ labels: { priority: '2', severity: 'critical' } }, label)).toMatchObject({
      level: 'error',
    });
  });
});

it.each([
  [{ summary: 'S', message: 'M', description: 'D' }, {}, 'S'],
  [{ description: 'D' }, { alertname: 'A' }, 'D'],
  [{}, { alertname: 'A', instance: 'i' }, 'A: i'],
  [{}, { alertname: 'A' }, 'A'],
  [{}, {}, 'Alert'],
])('has a message for people: %j %j', async (annotations, labels, message) => {
  expect(await dataOf({ annotations, labels })).toMatchObject({ message });
});

it('takes what Grafana posts', async () => {
  const grafana = {
    receiver: 'My Super Webhook',
    status: 'firing',
    orgId: 1,
    alerts: [
      {
        ...firing,
        startsAt: '2021-10-12T09:51:03.157076+02:00',
        values: { B: 44.2 },
        silenceURL: 'https://play.grafana.org/alerting/silence/new',
      },
    ],
    version: '1',
    title: '[FIRING:1]',
    state: 'alerting',
  };
  expect(await eventsOf(grafana)).toMatchObject([
    { type: 'alarm.raised', time: new Date('2021-10-12T07:51:03.157Z') },
  ]);
});

it.each([{}, { alerts: [{}] }, { alerts: [{ ...firing, startsAt: 'noon' }] }, [firing]])(
  'refuses what is no notification: %j',
  async (body) => {
    await expect(eventsOf(body)).rejects.toThrow();
  },
);

it('says which alert is not as it should be', async () => {
  const issues = await eventsOf(notification(firing, { ...firing, labels: { severity: 5 } })).catch(
    (error: unknown) => (error as z.ZodError).issues,
  );
  expect(issues).toMatchObject([{ path: ['alerts', 1, 'labels', 'severity'] }]);
});

it('says that it needs alarms', () => {
  expect(alertmanager.inbound?.events?.(alertmanager.settings!.parse({ auth }))).toEqual([
    'alarm.raised',
    'alarm.lowered',
  ]);
});
