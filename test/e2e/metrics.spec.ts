import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';
import { waitFor } from '../support/wait-for.ts';

describe('GET /metrics', () => {
  let receiver: Receiver;
  let app: TestSignalbox;

  beforeAll(async () => {
    receiver = await startReceiver();
    app = await startSignalbox({ config: tellOps(receiver.url) });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const scrape = (token?: string) =>
    fetch(`${app.url}/metrics`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

  it('counts events, runs and attempts, and names no objects', async () => {
    const event = { type: 'vm.power_on', object: 'gpu-4711', source: 'lab', id: 'a' };
    const id = await app.api.emit(event);
    expect((await app.api.publish(event)).duplicate).toBe(true);
    await app.api.emit({ type: 'vm.reset', object: 'gpu-4711' });
    await app.api.runsOf(id, 'succeeded');
    // It is on disk a moment before it is told of.
    await waitFor(
      async () => (await (await scrape(app.token)).text()).includes('state="succeeded"} 1'),
      () => 'the run to be counted',
    );
    const answer = await scrape(app.token);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await answer.text()).split('\n');
    for (const line of [
      'signalbox_events_total{type="vm.power_on"} 1',
      'signalbox_events_total{type="vm.reset"} 1',
      'signalbox_duplicate_events_total 1',
      'signalbox_runs_total{action="webhook.send"} 1',
      'signalbox_run_changes_total{action="webhook.send",state="succeeded"} 1',
      'signalbox_attempt_duration_seconds_count{action="webhook.send",outcome="succeeded"} 1',
      'signalbox_run_start_delay_seconds_count 1',
      'signalbox_runs_active 0',
      'signalbox_plugin_state{plugin="webhook",state="up"} 1',
      'signalbox_event_delay_seconds_count{type="vm.power_on"} 1',
      'signalbox_deepest_lane_runs 0',
      'signalbox_unfinished_runs{state="held"} 0',
    ])
      expect(lines).toContain(line);
    expect(lines.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
    expect(lines.filter((line) => line.includes('4711'))).toEqual([]);
  });

  it('needs a token', async () => {
    expect((await scrape()).status).toBe(401);
  });
});
