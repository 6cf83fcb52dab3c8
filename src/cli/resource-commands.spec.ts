import { chmodSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, startApi, type ApiApp } from '../../test/support/api-app.ts';
import { startApiDouble } from '../../test/support/api-double.ts';
import { lampPlugin } from '../../test/support/api-plugins.ts';
import { commandLine } from '../../test/support/command-line.ts';
import { temporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.ts';
import { ResourceIndex } from '../kernel/resources/resource-index.ts';
import type { ProgramOptions } from './program.ts';

let api: ApiApp;
let url: string;
let folder: TemporaryFolder;

beforeAll(async () => {
  folder = temporaryFolder();
  api = await startApi([lampPlugin], { adminToken });
  await api.app.listen(0, '127.0.0.1');
  url = await api.app.getUrl();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const run = (args: readonly string[], world: Partial<ProgramOptions> = {}) =>
  commandLine(args, {
    prompt: undefined,
    input: () => Promise.resolve(''),
    ...world,
    env: { SIGNALBOX_URL: url, SIGNALBOX_TOKEN: adminToken, ...world.env },
  });
const storedSettings = (key: string) => api.app.get(ResourceIndex).object('lamp', key)?.settings;
const get = async (path: string) => (await api.send('GET', path)).body;

describe('objects', () => {
  it('are made from options, fields by path, and files', async () => {
    const made = await run([
      ...['objects', 'create', 'lamp/desk', '--name', 'Desk', '--tag', 'rooms/study', '--tag', 'a/b'],
      ...['--set', 'settings.watts=7', '--set', 'settings.place.room=study', '--disabled'],
    ]);
    expect(made).toEqual({ code: 0, out: ['created  lamp/desk'], err: [] });
    expect(await get('/api/objects/lamp/desk')).toMatchObject({
      name: 'Desk',
      enabled: false,
      tags: ['rooms/study', 'a/b'],
      settings: { watts: 7, place: { room: 'study' } },
    });

    const file = folder.write('shelf.yaml', 'type: lamp\nkey: shelf\nname: Shelf\nsettings: { watts: 3 }\n');
    expect((await run(['objects', 'create', '-f', file, '--name', 'Upper shelf'])).out).toEqual([
      'created  lamp/shelf',
    ]);
    expect(await get('/api/objects/lamp/shelf')).toMatchObject({
      name: 'Upper shelf',
      settings: { watts: 3 },
    });
    const input = () => Promise.resolve('{"settings": {"watts": 4}}');
    const replaced = await run(['objects', 'replace', 'lamp/shelf', '-f', '-', '--json'], { input });
    expect(JSON.parse(replaced.out[0]!)).toMatchObject({ name: 'shelf', settings: { watts: 4 } });
  });

  it('are changed field by field, each value with its type', async () => {
    await run(['objects', 'create', 'lamp/typed', '--name', 'T', '--set', 'settings.watts=1']);
    const changed = await run([
      ...['objects', 'patch', 'lamp/typed', '--set', 'name="7"', '--set', 'enabled=false'],
      ...[
        '--set',
        'tags=["a/b"]',
        '--set',
        'settings={"watts": 2}',
        '--set-string',
        'settings.place.room=12',
      ],
    ]);
    expect(changed.out).toEqual(['changed  lamp/typed']);
    expect(await get('/api/objects/lamp/typed')).toMatchObject({
      ...{ name: '7', enabled: false, tags: ['a/b'] },
      settings: { watts: 2, place: { room: '12' } },
    });
    await run(['objects', 'set', 'lamp/typed', '--unset', 'settings.watts', '--unset', 'name']);
    expect(await get('/api/objects/lamp/typed')).toMatchObject({ name: 'typed', settings: { watts: 10 } });
    expect(await run(['objects', 'patch', 'lamp/typed'])).toMatchObject({ code: 2 });
  });

  it('take secrets from files, standard input and the terminal, never from an option of their own', async () => {
    await run(['objects', 'create', 'lamp/safe']);
    const stored = () => storedSettings('safe');
    const file = folder.write('pin', '1111\n');
    await run(['objects', 'patch', 'lamp/safe', '--set', `settings.pin=@${file}`]);
    expect(stored()).toMatchObject({ pin: '1111' });
    const piped = { input: () => Promise.resolve('2222\nmore\n') };
    await run(['objects', 'patch', 'lamp/safe', '--secret', 'settings.pin'], piped);
    expect(stored()).toMatchObject({ pin: '2222' });
    await run(['objects', 'patch', 'lamp/safe', '--set', 'settings.pin=@-'], {
      input: () => Promise.resolve('3333'),
    });
    expect(stored()).toMatchObject({ pin: '3333' });
    const questions: string[] = [];
    const prompt = {
      ask: () => Promise.reject(new Error('shows what is typed')),
      secret: (question: string) => Promise.resolve(`${String(questions.push(question))}444`),
    };
    await run(['objects', 'patch', 'lamp/safe', '--secret', 'settings.pin'], { prompt });
    expect({ questions, stored: stored() }).toMatchObject({
      questions: ['settings.pin: '],
      stored: { pin: '1444' },
    });
  });

  it('are listed, narrowed and counted', async () => {
    for (const key of ['l1', 'l2', 'l3']) await run(['objects', 'create', `lamp/${key}`, '--tag', 'list/ed']);
    const { out } = await run(['objects', 'list', '--tag', 'list/ed', '--type', 'lamp']);
    expect(out.map((line) => line.split(/ {2,}/))).toEqual([
      ['OBJECT', 'STATE', 'NAME', 'TAGS', 'NOTE'],
      ...['l1', 'l2', 'l3'].map((key) => [`lamp/${key}`, 'enabled', key, 'list/ed']),
    ]);
    const some = await run(['objects', '--tag', 'list/ed', '--limit', '2']);
    expect(some.out).toHaveLength(3);
    expect(some.err).toEqual(['There are more: raise --limit, or take --all.']);
    const page = JSON.parse((await run(['objects', '--tag', 'list/ed', '--limit', '2', '--json'])).out[0]!);
    expect(page).toMatchObject({ items: [{ key: 'l1' }, { key: 'l2' }], next: expect.any(String) });
    const all = await run(['objects', '--tag', 'list/ed', '--all', '--json']);
    expect(JSON.parse(all.out.join('\n'))).toMatchObject({
      items: [{ key: 'l1' }, { key: 'l2' }, { key: 'l3' }],
    });
    expect((await run(['objects', '--tag', 'no/ne'])).err).toEqual(['No such objects.']);
  });

  it('are shown whole, as YAML or as JSON', async () => {
    await run(['objects', 'create', 'lamp/a/b', '--set', 'settings.pin="9"', '--name', 'Über']);
    const { out } = await run(['objects', 'get', 'lamp/a/b']);
    expect(out).toEqual(
      expect.arrayContaining(['key: a/b', 'name: Über', 'settings:', '  pin: "********"', 'managedBy: api']),
    );
    expect(JSON.parse((await run(['objects', 'show', 'lamp/a/b', '--json'])).out[0]!)).toMatchObject({
      key: 'a/b',
    });
  });

  it('are switched and deleted', async () => {
    await run(['objects', 'create', 'lamp/gone']);
    expect((await run(['objects', 'disable', 'lamp/gone'])).out).toEqual(['disabled  lamp/gone']);
    expect(await get('/api/objects/lamp/gone')).toMatchObject({ enabled: false });
    expect((await run(['objects', 'enable', 'lamp/gone', '--json'])).out[0]).toContain('"enabled":true');
    expect((await run(['objects', 'delete', 'lamp/gone'])).out).toEqual(['deleted  lamp/gone']);
    expect(await run(['objects', 'delete', 'lamp/gone'])).toMatchObject({
      code: 3,
      err: ['error NOT_FOUND: there is no object lamp/gone', expect.stringContaining('what to do')],
    });
  });
});

describe('tasks, triggers and tags', () => {
  it('are made from options and wired to one another', async () => {
    await run(['objects', 'create', 'lamp/wired']);
    const task = ['tasks', 'create', '--name', 'Light up', '--action', 'lamp.light', '--object', 'wired'];
    expect((await run([...task, '--set', 'settings.level=high'])).out).toEqual(['created  light-up']);
    const trigger = ['triggers', 'create', 'on', '--event', 'lamp.lit', '--task', 'light-up'];
    expect((await run([...trigger, '--filter', '{"data.by": "me"}'])).out).toEqual(['created  on']);
    expect(await get('/api/triggers/on')).toMatchObject({ filter: { 'data.by': 'me' }, task: 'light-up' });
    expect((await run(['triggers', '--task', 'light-up'])).out[1]!.split(/ {2,}/)).toEqual([
      ...['on', 'enabled', 'lamp.lit', 'any', 'light-up', '{"data.by":"me"}'],
    ]);

    await run(['triggers', 'patch', 'on', '--object', 'wired']);
    await run(['triggers', 'patch', 'on', '--tag', 'w/w', '--unset', 'filter']);
    expect(await get('/api/triggers/on')).toMatchObject({ tag: 'w/w' });
    expect(await get('/api/triggers/on')).not.toHaveProperty('object');
    await run(['tasks', 'patch', 'light-up', '--tag', 'w/w']);
    expect(await get('/api/tasks/light-up')).toMatchObject({ target: { tag: 'w/w' } });

    expect((await run(['tags', 'add', 'w/w', 'lamp/wired'])).out).toEqual([
      'tagged  w/w: 1 added, 0 removed',
    ]);
    expect((await run(['tasks', 'targets', 'light-up'])).out[1]).toMatch(/^lamp\/wired +yes +wired$/);
    expect((await run(['tasks', 'run', 'light-up'])).out[0]).toMatch(/^stored {2}event \S+: 1 run$/);
    expect((await run(['triggers', 'fire', 'on', '--object', 'wired'])).out[0]).toContain('1 run');
    expect((await run(['tags', 'remove', 'w/w', 'lamp/wired'])).out).toEqual([
      'tagged  w/w: 0 added, 1 removed',
    ]);
    expect(await run(['tasks', 'delete', 'light-up'])).toMatchObject({
      code: 6,
      err: [expect.stringMatching(/^error IN_USE: .*trigger on/), expect.stringContaining('--force')],
    });
    expect((await run(['tags', 'create', 'x/y', '--description', 'Z'])).out).toEqual(['created  x/y']);
    expect((await run(['tags', 'list', '--category', 'x'])).out[1]).toMatch(/^x\/y +api +\S+ \S+ +Z$/);
  });
});

describe('what is wrong', () => {
  it.each<[string[], number, string]>([
    [['objects', 'get', 'lamp/none'], 3, 'error NOT_FOUND: there is no object lamp/none'],
    [['objects', 'get', 'lamp'], 2, 'error: "lamp" is not a type and a key'],
    [['tags', 'get', 'lamp'], 2, 'error: "lamp" is not a category and a name'],
    [['objects', 'create', 'lamp/x', '--set', 'settings.watts=many'], 1, 'settings.watts'],
    [['objects', 'create', 'lamp/x', '--set', 'settings.watts'], 2, 'It is a path and a value'],
    [['objects', 'create', 'lamp/x', '--set', 'a.__proto__.b=1'], 2, 'is not a path'],
    [['objects', 'create', 'lamp/x', '--set', 'settings={1}'], 2, 'The value is not JSON'],
    [['objects', 'create', '--name', 'x'], 2, 'error: it is not said which one'],
    [['objects', 'create', 'lamp/x', '-f', '/nowhere/x.yaml'], 1, 'error: /nowhere/x.yaml is not there'],
    [['objects', 'create', 'lamp/x', '-f', '-', '--set', 'name=@-'], 2, 'standard input can be read once'],
    [['objects', 'create', 'lamp/x', '--secret', 'settings.pin'], 2, 'has no line for settings.pin'],
    [['objects', 'create', 'lamp/x', '--enabled', '--disabled'], 2, 'cannot be used with option'],
    [['tasks', 'create', '--object', 'a', '--tag', 'b/c'], 2, '--object and --tag cannot go together'],
    [['objects', 'edit', 'lamp/x'], 2, 'error: there is no editor'],
    [['objects', 'lst'], 2, 'Did you mean list?'],
    [['objects', 'list', 'x'], 2, "too many arguments for 'list'"],
    [['tasks', 'rnu', 'x'], 2, 'Did you mean run?'],
    [['objects', 'list', '--token', 'wrong'], 4, 'AUTH_REQUIRED'],
    [['objects', 'list', '--url', 'http://127.0.0.1:9'], 5, 'cannot reach Signalbox'],
  ])('%j ends with %i', async (args, exit, message) => {
    const { code, err, out } = await run(args);
    expect({ code, out, err: err.join('\n') }).toEqual({
      ...{ code: exit, out: [] },
      err: expect.stringContaining(message),
    });
  });

  it('in a file is told with its place', async () => {
    const file = folder.write('broken.yaml', 'name: a\n  b: c\n');
    const { code, err } = await run(['objects', 'create', 'lamp/x', '-f', file]);
    expect({ code, err: err[0] }).toEqual({ code: 1, err: expect.stringMatching(/broken\.yaml:\d:\d/) });
    const list = folder.write('list.yaml', '- a\n');
    expect((await run(['objects', 'create', 'lamp/x', '-f', list])).err[0]).toContain('names and values');
  });

  it('with a name that exists already is a conflict', async () => {
    await run(['objects', 'create', 'lamp/twice']);
    expect(await run(['objects', 'create', 'lamp/twice'])).toMatchObject({ code: 6 });
  });
});

describe('edit', () => {
  /** An editor that is a shell script; `$1` is the file. */
  const editor = (script: string) => {
    const file = folder.write('editor.sh', `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o700);
    return { EDITOR: file };
  };

  it('sends what was saved, and keeps secrets that stay masked', async () => {
    await run([
      'objects',
      'create',
      'lamp/edited',
      '--set',
      'settings.pin="77"',
      '--set',
      'settings.watts=1',
    ]);
    const seen = `${folder.path}/seen`;
    const env = editor(`cp "$1" '${seen}'; sed -i 's/watts: 1/watts: 2/' "$1"`);
    expect(await run(['objects', 'edit', 'lamp/edited'], { env })).toMatchObject({
      code: 0,
      out: ['changed  lamp/edited'],
    });
    expect(storedSettings('edited')).toMatchObject({ watts: 2, pin: '77' });
    expect(readFileSync(seen, 'utf8')).toMatch(/^# object lamp\/edited: .*\nname: edited\nenabled: true\n/);
  });

  it('does nothing when nothing was changed', async () => {
    await run(['objects', 'create', 'lamp/same']);
    const before = await get('/api/objects/lamp/same');
    expect(await run(['objects', 'edit', 'lamp/same'], { env: editor('true') })).toMatchObject({
      code: 0,
      err: ['nothing was changed: lamp/same'],
    });
    expect(await get('/api/objects/lamp/same')).toEqual(before);
  });

  it('keeps what was written when it is refused, or has it mended', async () => {
    await run(['objects', 'create', 'lamp/bad']);
    const refused = await run(['objects', 'edit', 'lamp/bad'], { env: editor('echo "nonsense: 1" >> "$1"') });
    expect(refused.code).toBe(1);
    const [, kept = ''] = /what you have written is in (\S+)/.exec(refused.err.join('\n')) ?? [];
    expect(readFileSync(kept, 'utf8')).toContain('nonsense: 1');

    const questions: string[] = [];
    const prompt = {
      ask: (question: string) => Promise.resolve(questions.push(question) === 1 ? 'y' : 'n'),
      secret: () => Promise.reject(new Error('not asked for')),
    };
    const script = `grep -q nonsense "$1" && sed -i '/nonsense/d; s/^name:.*/name: Mended/' "$1" || echo 'nonsense: 1' >> "$1"`;
    expect(await run(['objects', 'edit', 'lamp/bad'], { env: editor(script), prompt })).toMatchObject({
      code: 0,
    });
    expect(questions).toEqual(['Edit it again? [Y/n] ']);
    expect(await get('/api/objects/lamp/bad')).toMatchObject({ name: 'Mended' });
  });
});

describe('what is refused', () => {
  it('is advised about in words of the command line', async () => {
    const advice = async (...args: string[]) => (await run(args)).err.join('\n');
    await run(['tags', 'create', 'advice/tag']);
    expect(await advice('tags', 'create', 'advice/tag')).toBe(
      'error PRECONDITION_FAILED: there is one by this name already\n' +
        'what to do: Take another name, or change what is there with `patch` or `replace`.',
    );
    await run(['objects', 'create', 'lamp/advice', '--tag', 'advice/tag']);
    expect(await advice('objects', 'create', 'lamp/advice')).toMatch(
      /exists already\n.*`patch` or `replace`/,
    );
    expect(await advice('objects', 'get', 'lamp/nowhere')).toContain('See with `list` what there is.');
    expect(await advice('tags', 'delete', 'advice/tag')).toContain('objects only lose a tag');
    expect(await advice('objects', 'create', 'nosuch/x')).toContain('See with `signalbox types');
    const light = ['--action', 'lamp.light', '--set', 'settings.level=x'];
    await run(['tasks', 'create', 'off', ...light, '--object', 'advice', '--disabled']);
    expect(await advice('tasks', 'run', 'off')).toContain('Switch it on first, with `enable`.');
    expect(await run(['tasks', 'create', 'aimless', ...light])).toMatchObject({
      code: 2,
      err: ['error: it is not said what the task acts on', expect.stringContaining('--object KEY or --tag')],
    });
    const trigger = ['triggers', 'create', 'dotted', '--event', 'lamp.on', '--task', 'off'];
    expect(await run([...trigger, '--set', 'filter.data.by=bob'])).toMatchObject({
      code: 2,
      err: [expect.any(String), expect.stringContaining(`--filter '{"data.by":"bob"}'`)],
    });
  });
});

describe('webhooks', () => {
  it('need no key where they have a name, of which Signalbox makes one', async () => {
    await using double = await startApiDouble(() => ({
      status: 201,
      body: { type: 'webhook', key: 'night-shift' },
    }));
    const create = ['webhooks', 'create', '--url', double.url, '--set', 'settings.url=https://hooks.test/'];
    expect((await run([...create, '--name', 'Night shift'])).out).toEqual(['created  night-shift']);
    expect(double.requests[0]).toMatchObject({
      path: '/api/objects/webhook',
      body: { name: 'Night shift', settings: { url: 'https://hooks.test/' } },
    });
    expect(double.requests[0]?.body).not.toHaveProperty('key');
    expect(await run(create)).toMatchObject({
      code: 2,
      err: [
        'error: it is not said which one: neither key was given nor a name to make it of',
        expect.anything(),
      ],
    });
  });
});

describe('what was read', () => {
  it('can be sent back as a patch, whatever only Signalbox says of it', async () => {
    await run(['objects', 'create', 'lamp/back', '--set', 'settings.watts=5']);
    await run([
      ...['tasks', 'create', 'back', '--action', 'lamp.light', '--object', 'back'],
      ...['--set', 'settings.level=x'],
    ]);
    for (const [group, name] of [
      ['objects', 'lamp/back'],
      ['tasks', 'back'],
    ] as const) {
      const { out } = await run([group, 'get', name]);
      const file = folder.write('back.yaml', `${out.join('\n')}\n`);
      expect(await run([group, 'patch', name, '-f', file, '--name', 'Back again'])).toMatchObject({
        code: 0,
        err: [],
      });
      expect((await run([group, 'get', name])).out).toContain('name: Back again');
    }
    // What was named by itself is not dropped silently.
    expect(await run(['tasks', 'patch', 'back', '--set', 'id=other'])).toMatchObject({ code: 1 });
  });
});

describe('what a change would come to', () => {
  it('is told and not done', async () => {
    const dry = ['--dry-run'];
    const created = await run([
      'objects',
      'create',
      'lamp/dry',
      '--tag',
      'dry/run',
      '--set',
      'settings.watts=3',
      ...dry,
    ]);
    expect(created.out).toEqual(
      expect.arrayContaining([
        'would be created  lamp/dry',
        '    settings.watts: 3',
        '  also  tag dry/run comes into being',
      ]),
    );
    expect((await api.send('GET', '/api/objects/lamp/dry')).status).toBe(404);
    await run(['objects', 'create', 'lamp/dry', '--set', 'settings.pin="1"']);
    const patched = await run([
      'objects',
      'patch',
      'lamp/dry',
      '--name',
      'D',
      '--set',
      'settings.pin="2"',
      ...dry,
    ]);
    expect(patched.out).toEqual([
      'would be changed  lamp/dry',
      '    name: "dry" → "D"',
      '    settings.pin: (secret, differs)',
    ]);
    expect((await run(['objects', 'enable', 'lamp/dry', ...dry])).out).toEqual([
      'would stay as it is  lamp/dry',
    ]);
    const json = await run(['objects', 'delete', 'lamp/dry', ...dry, '--json']);
    expect(JSON.parse(json.out[0]!)).toMatchObject({ dryRun: true, change: 'removed' });
    expect((await run(['tags', 'add', 'dry/tag', 'lamp/dry', ...dry])).out).toContain(
      '  also  object lamp/dry gets the tag',
    );
    expect(await get('/api/objects/lamp/dry')).toMatchObject({ name: 'dry', tags: [] });
  });

  it('is done by force to what others name, and those are told', async () => {
    await run(['objects', 'create', 'lamp/named']);
    const task = ['tasks', 'create', 'names-it', '--action', 'lamp.light', '--object', 'named'];
    await run([...task, '--set', 'settings.level=x']);
    expect(await run(['objects', 'delete', 'lamp/named'])).toMatchObject({ code: 6 });
    expect((await run(['objects', 'delete', 'lamp/named', '--force', '--dry-run'])).out).toContain(
      '  also  task names-it is switched off',
    );
    expect((await run(['objects', 'delete', 'lamp/named', '--force'])).out).toEqual([
      'deleted  lamp/named',
      '  also  task names-it is switched off',
    ]);
    expect(await get('/api/tasks/names-it')).toMatchObject({ enabled: false });
  });

  it('is refused when somebody else was quicker', async () => {
    await run(['objects', 'create', 'lamp/raced']);
    const etag = (await run(['objects', 'get', 'lamp/raced', '--etag'])).out[0]!;
    const patch = ['objects', 'patch', 'lamp/raced', '--if-match', etag];
    expect(await run([...patch, '--name', 'First'])).toMatchObject({ code: 0 });
    expect(await run([...patch, '--name', 'Second'])).toMatchObject({
      code: 6,
      err: [expect.stringContaining('error PRECONDITION_FAILED'), expect.anything()],
    });
    const script = `curl -sS -X PATCH '${url}/api/objects/lamp/raced' -H 'Authorization: Bearer ${adminToken}' \\
      -H 'Content-Type: application/json' -d '{"name": "Quick"}' > /dev/null
      sed -i 's/^name: .*/name: Slow/' "$1"`;
    const file = folder.write('slow.sh', `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o700);
    expect(await run(['objects', 'edit', 'lamp/raced'], { env: { EDITOR: file } })).toMatchObject({
      code: 6,
    });
    expect(await get('/api/objects/lamp/raced')).toMatchObject({ name: 'Quick' });
    await run(['tags', 'create', 'only/once']);
    expect(await run(['tags', 'create', 'only/once'])).toMatchObject({ code: 6 });
  });

  it('is listed in the order and with the text that is asked for', async () => {
    for (const [key, name] of [
      ['s1', 'zebra'],
      ['s2', 'ape'],
    ] as const)
      await run(['objects', 'create', `lamp/${key}`, '--name', `${name} sorted`]);
    await run(['objects', 'disable', 'lamp/s2']);
    const keys = async (...args: string[]) =>
      (await run(['objects', '--search', 'SORTED', ...args])).out.slice(1).map((line) => line.split(/ +/)[0]);
    expect(await keys('--sort', 'name')).toEqual(['lamp/s2', 'lamp/s1']);
    expect(await keys('--sort', '-name')).toEqual(['lamp/s1', 'lamp/s2']);
    expect(await keys('--state', 'disabled')).toEqual(['lamp/s2']);
    expect(await keys('--managed-by', 'config')).toEqual([]);
    expect(await run(['objects', '--sort', 'colour'])).toMatchObject({ code: 2 });
  });
});
