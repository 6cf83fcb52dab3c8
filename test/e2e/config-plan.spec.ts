import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../support/api-client.ts';
import { signalbox, startServer } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const token = 'an-admin-token-of-an-automated-install';

interface Items {
  readonly items: readonly object[];
}

/** The real command against a server that is started without any resource. */
describe('configuration as code', () => {
  let house: ReturnType<typeof temporaryFolder>;
  let folder: ReturnType<typeof temporaryFolder>;
  let server: Awaited<ReturnType<typeof startServer>>;
  let api: ApiClient;

  beforeAll(async () => {
    house = temporaryFolder();
    const config = house.write('server.yaml', 'plugins: [vm, webhook]\nlog: { level: silent }\n');
    server = await startServer(['--config', config, '--data', join(house.path, 'data')], {
      env: { SIGNALBOX_ADMIN_TOKEN: token },
    });
    api = new ApiClient(server.url, token);
  });
  afterAll(async () => {
    await server.stop();
    house[Symbol.dispose]();
  });
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    folder[Symbol.dispose]();
  });

  const run = async (args: readonly string[], env: Record<string, string> = {}) => {
    await using command = signalbox(args, {
      cwd: folder.path,
      env: { SIGNALBOX_URL: server.url, SIGNALBOX_TOKEN: token, ...env },
    });
    return await command.ended;
  };

  const files = () => {
    folder.write(
      '10-vms.yaml',
      'tags:\n  vms/gpu: GPU machines\nobjects:\n  vm/gpu-01: { tags: [vms/gpu] }\n',
    );
    folder.write(
      '20-tell.yaml',
      [
        'store: { url: "${env:NOT_OF_THIS_MACHINE}" }',
        'objects:',
        '  webhook/ops:',
        '    settings:',
        '      url: https://hooks.example.com/ops',
        '      timeout: ${env:TIMEOUT:-7}',
        '      auth: { type: bearer, token: "${env:OPS_TOKEN}" }',
        'tasks:',
        '  tell: { action: webhook.send, target: { object: ops }, settings: { message: { text: "${NAME} is on" } } }',
        'triggers:',
        '  on: { event: vm.power_on, tag: vms/gpu, task: tell }',
        '',
      ].join('\n'),
    );
    return ['--config', '10-vms.yaml', '--config', '20-tell.yaml'];
  };
  const secret = { OPS_TOKEN: 'first-secret-4711' };

  it('plans, applies, and has then nothing to change', async () => {
    const args = files();
    const planned = await run(['plan', ...args], secret);
    expect(planned).toMatchObject({ code: 2, err: '' });
    expect(planned.out).toContain('+ object webhook/ops  20-tell.yaml:3\n');
    expect(planned.out).toContain('    settings.timeout: 7\n');
    expect(planned.out).toContain('    settings.auth.token: (secret)\n');
    expect(planned.out).toContain('Plan: 5 to create; 0 unchanged.');
    expect(planned.out).not.toContain('4711');
    // eslint-disable-next-line no-control-regex -- colours are what is looked for
    expect(planned.out).not.toMatch(/\u001b/);
    expect((await api.get('/api/tasks')).body).toMatchObject({ items: [] });

    expect(await run(['apply', ...args], secret)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Applied: 5 created; 0 unchanged.'),
    });
    expect(await run(['plan', ...args], secret)).toEqual({
      code: 0,
      out: 'Nothing to change: 5 unchanged.\n',
      err: '',
    });
    expect((await api.get('/api/tasks/tell')).body).toMatchObject({ managedBy: 'config' });
  });

  it('shows drift and secrets that differ, without any secret', async () => {
    const args = files();
    await run(['apply', ...args], secret);
    await api.request('PATCH', '/api/objects/webhook/ops', { settings: { timeout: 30 } });
    const { code, out } = await run(['plan', ...args], { OPS_TOKEN: 'second-secret-4712' });
    expect(code).toBe(2);
    expect(out).toMatch(/^~ object webhook\/ops {2}drift: changed by hand at 20\S+Z {2}20-tell\.yaml:3$/m);
    expect(out).toContain('    settings.timeout: 30 → 7\n');
    expect(out).toContain('    settings.auth.token: (secret, differs)\n');
    expect(out).not.toMatch(/471[12]/);
    const { out: json } = await run(['plan', '--json', ...args], secret);
    expect(JSON.parse(json)).toMatchObject({
      changes: [{ id: 'webhook/ops', place: '20-tell.yaml:3', changedByHandAt: expect.any(String) }],
      summary: { updated: 1 },
    });
  });

  it('tells what is wrong with its file and line, and changes nothing', async () => {
    folder.write('a.yaml', 'objects:\n  vm/new:\n  webhook/ops:\n    settings:\n      url: ${env:URL}\n');
    folder.write('b.yaml', 'tasks:\n  t: { action: webhook.send, target: { object: nobody } }\n');
    for (const verb of ['plan', 'apply']) {
      const { code, out, err } = await run([verb, '--config', folder.path], { URL: 'no-address-4711' });
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain('a.yaml:5:12 objects.webhook/ops.settings.url: must be');
      expect(err).toMatch(/b\.yaml:2:\d+ tasks\.t\.target\.object: there is no object webhook\/nobody/);
      expect(err).not.toContain('4711');
    }
    expect((await api.get('/api/objects/vm/new')).status).toBe(404);
    const twice = await run(['plan', '--config', 'a.yaml', '--config', folder.path], {});
    expect(twice.err).toContain('the environment variable URL is not set');
    folder.write('c.yaml', 'objects:\n  vm/new:\n');
    expect((await run(['plan', '--config', folder.path], { URL: 'x' })).err).toContain(
      'c.yaml:2:3 objects.vm/new: stands in a.yaml:2 already',
    );
  });

  it('never ends with 2 for a slip of the pen, a wrong token and a server that is away', async () => {
    const args = files();
    expect(await run(['plan', '--prun', ...args], secret)).toMatchObject({ code: 1 });
    expect(await run(['plan', ...args], { ...secret, SIGNALBOX_TOKEN: 'nobody' })).toMatchObject({
      code: 4,
      err: expect.stringContaining('AUTH_REQUIRED'),
    });
    expect(await run(['plan', ...args], { ...secret, SIGNALBOX_URL: 'http://127.0.0.1:9' })).toMatchObject({
      code: 5,
      err: expect.stringContaining('cannot reach Signalbox'),
    });
  });

  it('exports files that change nothing when they are applied again', async () => {
    await run(['apply', ...files()], secret);
    await api.put('/api/objects/vm/odd', { name: 'a ${env:HOME} $${file:x} "b": #c' });
    const exported = await run(['export', '--out', 'exported']);
    expect(exported.code).toBe(0);
    expect(exported.out + exported.err).not.toContain('4711');
    expect(exported.err).toContain('WEBHOOK_OPS_AUTH_TOKEN');
    expect(readdirSync(join(folder.path, 'exported')).sort()).toEqual([
      'objects.vm.yaml',
      'objects.webhook.yaml',
      'tags.yaml',
      'tasks.yaml',
      'triggers.yaml',
    ]);
    const values = { WEBHOOK_OPS_AUTH_TOKEN: 'first-secret-4711' };
    const before = (await api.get<Items>('/api/objects')).body;
    expect(await run(['plan', '--prune', '--config', 'exported'], values)).toMatchObject({
      code: 2,
      err: '',
      out: expect.stringMatching(/Plan: \d to adopt; \d unchanged\./),
    });
    expect(await run(['apply', '--prune', '--config', 'exported'], values)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Applied: \d adopted; \d unchanged\./),
    });
    expect(await run(['plan', '--prune', '--config', 'exported'], values)).toMatchObject({
      code: 0,
      out: 'Nothing to change: 6 unchanged.\n',
    });
    const withoutMarks = ({ items }: Items) =>
      items.map((item) => ({ ...item, managedBy: undefined, changedByHandAt: undefined }));
    expect(withoutMarks((await api.get<Items>('/api/objects')).body)).toEqual(withoutMarks(before));
    expect(await run(['export', '--out', 'exported'])).toMatchObject({ code: 1 });

    const masked = await run(['export', '--secrets', 'mask']);
    expect(masked.err).toBe('');
    folder.write('masked.yaml', masked.out);
    expect(await run(['plan', '--config', 'masked.yaml'])).toMatchObject({ code: 0, err: '' });
  });

  it('removes what the files no longer name when it is asked to, but not what others name', async () => {
    await run(['apply', '--prune', ...files()], secret);
    await api.put('/api/triggers/of-somebody', { event: 'vm.reset', task: 'tell' });
    folder.write('few.yaml', 'objects:\n  vm/gpu-01:\n');
    const left = await run(['plan', '--config', 'few.yaml']);
    expect(left.out).toContain('! trigger on  is no longer in the files, and stays');
    const pruned = await run(['apply', '--prune', '--config', 'few.yaml']);
    expect(pruned).toMatchObject({ code: 0, err: '' });
    expect(pruned.out).toContain('- trigger on\n');
    expect(pruned.out).toContain(
      '! task tell  is no longer in the files, but stays; it is used by trigger of-somebody\n',
    );
    expect((await api.get('/api/triggers/on')).status).toBe(404);
    expect((await api.get('/api/tasks/tell')).status).toBe(200);
    folder.write('none.yaml', 'tags:\n');
    expect(await run(['apply', '--prune', '--config', 'none.yaml'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--prune would remove everything'),
    });
  });

  it('validates without a server', async () => {
    const nowhere = { SIGNALBOX_URL: 'http://127.0.0.1:9' };
    folder.write('good.yaml', 'objects:\n  vm/a:\n');
    expect(await run(['validate', '--config', 'good.yaml'], nowhere)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^valid .*good\.yaml: 1 resources\n$/),
    });
    folder.write(
      'tasks.yaml',
      'tasks:\n  t: { action: webhook.send, target: { object: ops }, settings: { message: x } }\n',
    );
    const wrong = await run(['validate', '--config', 'tasks.yaml'], nowhere);
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).toMatch(/tasks\.yaml:2:\d+ tasks\.t\.target\.object: there is no object webhook\/ops/);
    expect((await run(['validate', '--partial', '--config', 'tasks.yaml'], nowhere)).code).toBe(0);
    expect(readdirSync(folder.path).sort()).toEqual(['good.yaml', 'tasks.yaml']);
  });
});
