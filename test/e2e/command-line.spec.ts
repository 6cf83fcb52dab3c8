import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signalbox } from '../support/command.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { tellOps } from '../support/tell-ops.ts';

describe('the signalbox command', () => {
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

  const run = async (...args: string[]) => {
    await using command = signalbox(args, { env: { SIGNALBOX_URL: app.url, SIGNALBOX_TOKEN: app.token } });
    return await command.ended;
  };

  it('posts an event and shows its run', async () => {
    const emitted = await run(
      'emit',
      'vm.power_on',
      '--object',
      'gpu-01',
      '--data',
      '{"host": "node-7"}',
      '--id',
      '7',
    );
    const id = /[0-9a-f-]{36}/.exec(emitted.out)?.[0] ?? '';
    expect(emitted).toEqual({ code: 0, err: '', out: `stored  event ${id}: 1 run\n` });
    const [view] = await app.api.runsOf(id, 'succeeded');
    expect((await app.api.get(`/api/events/${id}`)).body).toMatchObject({
      object: 'gpu-01',
      data: { host: 'node-7' },
    });

    const listed = await run('runs', '--json');
    expect(JSON.parse(listed.out)).toMatchObject({ items: [{ id: view!.id, state: 'succeeded' }] });
    const { code, out } = await run('runs');
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(out).toContain('webhook/ops');
    expect(out).not.toContain('\u001b');
  });

  it('says what is wrong, in words and by its exit code', async () => {
    const refused = await run('emit', 'vm.flown', '--object', 'gpu-01');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('error EVENT_TYPE_UNKNOWN: type: no plugin declares the event "vm.flown"');
    expect(refused.err).toContain('what to do: See with `signalbox types` what there is');

    const stranger = await run('runs', '--token', 'wrong-token-0123456789');
    expect(stranger).toMatchObject({ code: 4, err: expect.stringContaining('AUTH_REQUIRED') });
    const nobody = await run('runs', '--url', 'http://127.0.0.1:9');
    expect(nobody).toMatchObject({ code: 5, err: expect.stringContaining('127.0.0.1:9') });
  });

  it('makes and changes what is wired, and says who did it', async () => {
    const created = await run('objects', 'create', 'vm/lab-01', '--name', 'Lab', '--tag', 'vms/lab');
    expect(created).toEqual({ code: 0, err: '', out: 'created  vm/lab-01\n' });
    expect(await run('objects', 'patch', 'vm/lab-01', '--set', 'name=Laboratory')).toMatchObject({ code: 0 });
    const { out } = await run('audit', '--resource', 'vm/lab-01', '--sort', 'time');
    expect(out.split('\n').map((line) => line.split(/ {2,}/).slice(1, 5))).toEqual([
      ['WHO', 'DID', 'TO', 'CHANGED'],
      ['token SIGNALBOX_ADMIN_TOKEN', 'created', 'object vm/lab-01', expect.any(String)],
      ['token SIGNALBOX_ADMIN_TOKEN', 'updated', 'object vm/lab-01', 'name'],
      [],
    ]);
    const [{ id }] = (
      JSON.parse((await run('audit', '--limit', '1', '--json')).out) as { items: [{ id: string }] }
    ).items;
    expect((await run('audit', 'get', id)).out).toMatch(
      /^before:\n {2}name: Lab\nafter:\n {2}name: Laboratory$/m,
    );
    expect(await run('audit', '--action', 'flown')).toMatchObject({ code: 2 });

    await run('tasks', 'patch', 'tell', '--description', 'Tells');
    const logged = (await run('logs', '--task', 'tell')).out.split('\n').map((line) => line.split(/ {2,}/));
    expect(logged[1]?.slice(1, 4)).toEqual(['updated', 'tell', 'token/SIGNALBOX_ADMIN_TOKEN']);
    expect(logged[2]?.slice(1, 4)).toEqual(['succeeded', 'tell', 'send webhook/ops']);
  });
});
