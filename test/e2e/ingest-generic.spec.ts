import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { problem } from '../support/problem.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

const docs = readFileSync(new URL('../../docs/ingest.md', import.meta.url), 'utf8');

/** The objects that docs/ingest.md configures, of all its blocks. */
const objects = Object.assign(
  {},
  ...Array.from(
    docs.matchAll(/^```yaml\n([^]*?)^```$/gm),
    ([, yaml = '']) => (parse(yaml) as { objects: object }).objects,
  ),
) as object;

const env = {
  INVENTORY_TOKEN: 'token-of-the-inventory',
  UPTIME_KUMA_TOKEN: 'token-of-uptime-kuma',
  ZABBIX_TOKEN: 'token-of-zabbix-itself',
};

interface Stored {
  readonly type: string;
  readonly time: string;
  readonly source: string;
  readonly data: object;
}

describe('the mappings of docs/ingest.md', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({ config: { plugins: ['vm', 'alarm', 'generic'], objects }, env });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  const post = (name: string, body: object, headers: Record<string, string>) =>
    app.api.request<{ events: { id: string; duplicate: boolean }[] }>('POST', `/api/ingest/${name}`, body, {
      authorization: '',
      ...headers,
    });
  const stored = async (answer: Awaited<ReturnType<typeof post>>): Promise<Stored> => {
    expect(answer).toMatchObject({ status: 202, body: { events: [{ duplicate: false }] } });
    return (await app.api.get<Stored>(`/api/events/${answer.body.events[0]!.id}`)).body;
  };

  it('take what Uptime Kuma posts', async () => {
    const headers = { 'X-Token': env.UPTIME_KUMA_TOKEN };
    const down = {
      heartbeat: {
        monitorID: 7,
        status: 0,
        time: '2026-03-01 12:00:00.250',
        msg: 'connect ECONNREFUSED 10.0.0.7:443',
        important: true,
        duration: 60,
        timezone: 'Europe/Vienna',
        timezoneOffset: '+01:00',
        localDateTime: '2026-03-01 13:00:00',
      },
      monitor: { id: 7, name: 'Intranet', url: 'https://10.0.0.7', type: 'http', tags: [] },
      msg: '[Intranet] [🔴 Down] connect ECONNREFUSED 10.0.0.7:443',
    };
    const up = {
      ...down,
      heartbeat: { ...down.heartbeat, status: 1, time: '2026-03-01 12:05:00.250' },
      msg: '[Intranet] [✅ Up] 200 - OK',
    };
    expect(await stored(await post('uptime-kuma', down, headers))).toMatchObject({
      type: 'alarm.raised',
      source: 'signalbox/generic/uptime-kuma',
      time: '2026-03-01T12:00:00.250Z',
      data: { level: 'error', alarm: 'monitor-7', message: down.msg },
    });
    expect(await stored(await post('uptime-kuma', up, headers))).toMatchObject({
      type: 'alarm.lowered',
      data: { level: 'error', alarm: 'monitor-7', message: up.msg },
    });
    expect(await post('uptime-kuma', down, headers)).toMatchObject({
      body: { events: [{ duplicate: true }] },
    });
    // Its own test has no heartbeat.
    const test = { heartbeat: null, monitor: null, msg: 'Webhook Testing' };
    expect(await post('uptime-kuma', test, headers)).toMatchObject({ status: 202, body: { events: [] } });
  });

  it('take what Zabbix posts', async () => {
    const headers = { authorization: `Bearer ${env.ZABBIX_TOKEN}` };
    const down = {
      event_id: '4711',
      event_value: '1',
      severity: 'High',
      host: 'node-3',
      subject: 'Problem: /: Disk space is critically low',
    };
    expect(await stored(await post('zabbix', down, headers))).toMatchObject({
      type: 'alarm.raised',
      data: { level: 'error', alarm: 'zabbix-4711', message: `node-3: ${down.subject}` },
    });
    expect(await stored(await post('zabbix', { ...down, event_value: '0' }, headers))).toMatchObject({
      type: 'alarm.lowered',
      data: { level: 'error', alarm: 'zabbix-4711' },
    });
    expect(
      await stored(await post('zabbix', { ...down, event_id: '4712', severity: 'Not classified' }, headers)),
    ).toMatchObject({ data: { level: 'message' } });
    expect(await post('zabbix', { ...down, event_value: '2' }, headers)).toMatchObject(
      problem('EVENT_INVALID', { detail: expect.stringContaining('alarm.${values.what} leads nowhere') }),
    );
  });

  it('take what an inventory posts', async () => {
    const headers = { authorization: `Bearer ${env.INVENTORY_TOKEN}` };
    expect(await stored(await post('inventory', { machine: 'gpu-03', id: 1 }, headers))).toMatchObject({
      type: 'vm.created',
      object: 'gpu-03',
      data: { machine: 'gpu-03', id: 1 },
    });
  });
});
