import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLine } from '../support/command-line.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';

interface Explained {
  readonly runs: number;
  readonly triggers: { readonly items: readonly { readonly trigger: string; readonly fires: boolean }[] };
}

describe('explaining', () => {
  let app: TestSignalbox;

  beforeAll(async () => {
    app = await startSignalbox({
      config: {
        objects: {
          'webhook/ops': { enabled: false, settings: { url: 'http://127.0.0.1:9' } },
          'webhook/night': { enabled: false, tags: ['teams/all'], settings: { url: 'http://127.0.0.1:9' } },
          'webhook/day': { enabled: false, tags: ['teams/all'], settings: { url: 'http://127.0.0.1:9' } },
          'vm/gpu-01': { name: 'GPU 01', tags: ['vms/gpu', 'site/north'] },
          'vm/mail': { tags: ['site/south'] },
        },
        tasks: {
          tell: { name: 'Tell ops', action: 'webhook.send', target: { object: 'ops' } },
          all: { name: 'Tell all', action: 'webhook.send', target: { tag: 'teams/all' } },
          asleep: { action: 'webhook.send', target: { object: 'ops' }, enabled: false },
        },
        triggers: {
          any: { event: 'vm.error', task: 'tell' },
          gpu: { event: 'vm.error', tag: 'vms/gpu', task: 'all', filter: { 'data.level': 'critical' } },
          north: {
            event: 'vm.error',
            tag: 'site/north',
            task: 'all',
            filter: { 'data.level': { $in: ['critical', 'error'] }, 'data.used': { $gte: 80, $lt: 95 } },
          },
          mail: { event: 'vm.error', object: 'mail', task: 'all' },
          quiet: { event: 'vm.error', task: 'asleep' },
        },
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  const cli = (...args: string[]) =>
    commandLine(['explain', ...args], { env: { SIGNALBOX_URL: app.url, SIGNALBOX_TOKEN: app.token } });

  it.each<[what: string, event: object]>([
    ['a critical one', { object: 'gpu-01', data: { level: 'critical' } }],
    ['one whose filter passes at another trigger', { object: 'gpu-01', data: { level: 'error', used: 90 } }],
    ['one just beyond the bounds', { object: 'gpu-01', data: { level: 'error', used: 95 } }],
    ['one of another object', { object: 'mail', data: { level: 'critical' } }],
    ['one of an object that nobody knows', { object: 'stranger' }],
    ['one at the end of a long chain', { object: 'mail', causedBy: { id: 'x', depth: 8 } }],
  ])('says beforehand what an event causes, and afterwards what it has caused: %s', async (_what, event) => {
    const body = { type: 'vm.error', ...event };
    const asked = await app.api.request<{ items: Explained[] }>('POST', '/api/events:explain', body);
    const [expected] = asked.body.items;
    const fires = ({ triggers }: Explained) =>
      triggers.items.filter((item) => item.fires).map(({ trigger }) => trigger);
    const { id, runs } = await app.api.publish(body);
    const caused = (await app.api.get<{ runs: { trigger: string }[] }>(`/api/events/${id}`)).body.runs;
    expect(expected).toMatchObject({ runs });
    expect(fires(expected!)).toEqual([...new Set(caused.map(({ trigger }) => trigger))].sort());

    const stored = await app.api.get<{ items: (Explained & { happened: object })[] }>(
      `/api/events/${id}/explain`,
    );
    expect(stored.body.items).toMatchObject([{ event: { id }, happened: { runs } }]);
    expect(fires(stored.body.items[0]!)).toEqual(fires(expected!));
  });

  it('is a table for people', async () => {
    const data = '{"level": "error", "used": 95}';
    const { code, out } = await cli('--type', 'vm.error', '--object', 'gpu-01', '--data', data);
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        'vm.error of gpu-01 would cause 1 run now',
        '  the object bears vms/gpu, site/north',
        'TRIGGER  FIRES  TASK      WHY',
        'any      yes    Tell ops  webhook.send webhook/ops: held, target_disabled',
        'gpu      no     Tell all  filter.data.level: wants "critical", the event has "error"',
        'north    no     Tell all  filter.data.used.$lt: wants 95, the event has 95',
        'quiet    no     asleep    the task is disabled',
        'mail     no     Tell all  only for the object mail',
      ],
    });
  });

  it('tells of an event that has happened what it has caused, and takes --json', async () => {
    const id = await app.api.emit({ type: 'vm.error', object: 'mail', time: '2026-03-01T12:00:00Z' });
    const { out } = await cli(id);
    expect(out.slice(0, 3)).toEqual([
      'vm.error of mail at 2026-03-01T12:00:00.000Z would cause 3 runs now',
      '  it has caused 3 runs when it happened',
      '  the object bears site/south',
    ]);
    const json = await cli('--type', 'vm.error', '--object', 'mail', '--json');
    expect(JSON.parse(json.out.join('\n'))).toMatchObject({ items: [{ runs: 3, total: 5 }] });
    expect(await cli('00000000-0000-7000-8000-000000000000')).toMatchObject({ code: 3, out: [] });
  });
});
