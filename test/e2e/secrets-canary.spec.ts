import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { SMTPServerOptions } from 'smtp-server';
import { stringify } from 'yaml';
import type { AnyPlugin } from '../../src/sdk/index.ts';
import { canaryForms } from '../support/canary-forms.ts';
import { signalbox, startServer } from '../support/command.ts';
import { startReceiver, type Responder } from '../support/receiver.ts';
import { secretDocuments } from '../support/secret-documents.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { storedFiles } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const root = join(import.meta.dirname, '../..');
const token = 'test-admin-token-0123456789';
const shipped = readdirSync(join(root, 'plugins'));
const fixtures = join(root, 'test/fixtures/plugins');

/** Where a type knows more of a text than its schema says. */
const firstTexts: Readonly<Record<string, readonly string[]>> = { generic: ['vm.error'] };

/** Sends back all that it got, in every place where a receiver can put something; what is to hang never answers. */
const echo: Responder = async ({ path, headers, body }, n) => {
  if (path.includes('hang')) await sleep(60_000, undefined, { ref: false });
  const text = JSON.stringify({ headers, body });
  return {
    status: [500, 302, 200, 401][n % 4]!,
    headers: {
      'x-echo': encodeURIComponent(text),
      'x-hex': Buffer.from(String(headers.authorization)).toString('hex'),
      'x-base64': Buffer.from(text).toString('base64').slice(0, 6_000),
      location: `http://127.0.0.1:9/?got=${encodeURIComponent(String(headers.authorization))}`,
    },
    body: `${text} ${JSON.stringify(text)}`,
  };
};

/** Refuses the first one with all that it was told, and lets everybody in afterwards. */
function echoingLogin(): NonNullable<SMTPServerOptions['onAuth']> {
  let count = 0;
  return ({ username, password, method }, _session, done) => {
    count++;
    const told = `${String(username)} ${String(password)} ${Buffer.from(`\0${String(username)}\0${String(password)}`).toString('base64')}`;
    if (count > 1) done(null, { user: username });
    else done(Object.assign(new Error(`no: ${told} ${method}`), { responseCode: 454 }));
  };
}

/** Remembers all that the API has said, to whomever. */
class Witness {
  readonly said: [what: string, text: string][] = [];

  constructor(private readonly url: string) {}

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const all = `${String(response.status)} ${JSON.stringify([...response.headers])} ${text}`;
    this.said.push([`${method} ${path}`, all]);
    return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  }

  /** What is told to those who listen, until the server ends it. */
  listen(path: string): Promise<void> {
    return fetch(this.url + path, { headers: { authorization: `Bearer ${token}` } })
      .then((response) => response.text())
      .then(
        (text) => void this.said.push([`GET ${path}`, text]),
        () => undefined,
      );
  }
}

interface Item {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly attempts: number;
}

async function itemsOf(witness: Witness, path: string): Promise<readonly Item[]> {
  const answer = (await witness.ask('GET', path)) as { items: readonly Item[] };
  return answer.items;
}

/** Everything that a Signalbox can be asked to do with secrets, and where they were seen afterwards. */
async function seenAfterEverything(more: readonly string[]): Promise<{
  readonly seen: readonly string[];
  readonly canaries: readonly string[];
  readonly missing: readonly string[];
  readonly arrived: string;
  readonly mails: number;
  readonly log: string;
}> {
  using folder = temporaryFolder();
  await using receiver = await startReceiver({ respond: echo });
  await using smtp = await startSmtpServer({
    tls: 'starttls',
    login: { user: 'nobody', password: 'never' },
    more: { onAuth: echoingLogin() },
  });
  const data = join(folder.path, 'data');
  const plugins = [...shipped, ...['safe', ...more].map((name) => join(fixtures, name, 'index.ts'))];
  const entries = plugins.map((name) =>
    name === 'power-command' ? { use: name, settings: { programs: ['/bin/false'] } } : name,
  );
  const file = folder.write(
    'signalbox.yaml',
    stringify({ plugins: entries, egress: { allow: ['127.0.0.0/8'] }, log: { level: 'debug' } }),
  );
  const start = () =>
    startServer(['--config', file, '--data', data], { env: { SIGNALBOX_ADMIN_TOKEN: token } });
  const world = {
    texts: [
      receiver.url,
      'ops@example.com',
      '127.0.0.1',
      'ops',
      'ops@pve!power',
      '52:54:00:12:34:56',
      'x-ops',
      '/bin/false',
    ],
    numbers: [smtp.port, 1, 5, 30],
  };
  const canaries: string[] = [];
  const missing: string[] = [];
  const objects: { type: string; key: string; settings: Record<string, unknown> }[] = [];
  for (const name of plugins) {
    const path = name.startsWith('/') ? name : join(root, 'plugins', name, 'index.ts');
    const { default: plugin } = (await import(path)) as { default: AnyPlugin };
    for (const type of plugin.types) {
      if (!type.settings) continue;
      const texts = [...(firstTexts[type.name] ?? []), ...world.texts];
      const made = secretDocuments(type.settings, { ...world, texts });
      missing.push(...made.missing.map((secret) => `${type.name}${secret}`));
      made.documents.forEach((document, i) => {
        canaries.push(...document.canaries);
        objects.push({
          type: type.name,
          key: `${type.name}-${String(i)}`,
          settings: document.value as Record<string, unknown>,
        });
      });
    }
  }
  const pin = 'cnry-pin-"&é-000111';
  canaries.push(pin);

  const server = await start();
  const witness = new Witness(server.url);
  const listening = witness.listen('/api/stream');
  await use(witness, { objects, pin, hang: `${receiver.url}/hang` });
  const running = storedFiles(data);
  const command = (...args: string[]) =>
    signalbox(args, { env: { SIGNALBOX_URL: server.url, SIGNALBOX_TOKEN: token } }).ended;
  const applied = folder.write('wrong.yaml', stringify({ objects: wrongly(objects) }));
  const printed = [
    await command('export'),
    await command('plan', '--config', applied),
    await command('validate', '--config', applied),
    await command('runs', '--json'),
    await command('objects', 'list', '--json'),
    await command('secrets', 'rotate'),
  ];
  await readAll(witness);
  await server.stop();
  await listening;
  const again = await start();
  const second = new Witness(again.url);
  await readAll(second);
  await again.stop();

  const log = server.out + server.err + again.out + again.err;
  const places: (readonly [string, string | Buffer])[] = [
    ...witness.said,
    ...second.said,
    ['log', log],
    ...printed.map(({ out, err }, i) => [`command ${String(i)}`, out + err] as const),
    ...smtp.mails.map((mail) => ['mail', JSON.stringify(mail)] as const),
    ...[...running, ...storedFiles(data)].map(
      ([path, content]) => [path.slice(data.length), content] as const,
    ),
  ];
  const seen = new Set<string>();
  for (const canary of canaries)
    for (const form of canaryForms(canary))
      for (const [place, content] of places) if (content.includes(form)) seen.add(`${place}: ${form}`);
  return {
    seen: [...seen],
    canaries,
    missing,
    arrived: JSON.stringify(receiver.deliveries),
    mails: smtp.mails.length,
    log,
  };
}

/** Every object with something wrong beside its secrets. */
function wrongly(
  objects: readonly { type: string; key: string; settings: object }[],
): Record<string, { settings: object }> {
  return Object.fromEntries(
    objects.map(({ type, key, settings }) => [
      `${type}/${key}`,
      { settings: { ...settings, timeout: 'soon', nope: 1 } },
    ]),
  );
}

async function use(
  witness: Witness,
  {
    objects,
    pin,
    hang,
  }: {
    readonly objects: readonly { type: string; key: string; settings: Record<string, unknown> }[];
    readonly pin: string;
    readonly hang: string;
  },
): Promise<void> {
  await witness.ask('PUT', '/api/objects/vm/one', {});
  for (const { type, key, settings } of objects) {
    const path = `/api/objects/${type}/${key}`;
    await witness.ask('PUT', path, { settings: { ...settings, nope: 1, timeout: 'soon' } });
    expect(await witness.ask('PUT', path, { settings, name: `Object ${key}` })).toMatchObject({ type, key });
    await witness.ask('PATCH', path, { name: 'One', settings: { nope: 1 } });
    await witness.ask('PATCH', path, { tags: ['all/them'] });
    await witness.ask('PATCH', path, { settings: { url: 'https://127.0.0.2/', host: '127.0.0.2' } });
    await witness.ask('POST', `/api/objects/${type}`, { key, settings });
    const auth = settings['auth'] as Record<string, string> | undefined;
    for (const value of [auth?.['token'], auth?.['value']])
      if (value !== undefined) {
        const headers = { authorization: `Bearer ${value}`, [auth?.['header'] ?? 'x-none']: value };
        await witness.ask('POST', `/api/ingest/${key}`, { alerts: [], some: 'thing' }, headers);
      }
    if (auth?.['password'] !== undefined) {
      const basic = Buffer.from(`${auth['user'] ?? ''}:${auth['password']}`).toString('base64');
      await witness.ask('POST', `/api/ingest/${key}`, { some: 'thing' }, { authorization: `Basic ${basic}` });
    }
    await witness.ask('POST', `/api/ingest/${key}`, { some: 'thing' });
  }
  const webhooks = objects.filter(({ type }) => type === 'webhook');
  const patient = { timeout: 3, retries: 0 };
  for (const { key, settings } of webhooks.slice(0, 1))
    await witness.ask('PUT', `/api/objects/webhook/hang-${key}`, {
      settings: { ...settings, ...patient, url: hang },
    });
  await witness.ask('PUT', '/api/objects/safe/hang', {
    settings: { ...objects.find(({ type }) => type === 'safe')?.settings, url: hang },
  });
  for (const { type, key } of [...objects, { type: 'webhook', key: `hang-${webhooks[0]?.key ?? ''}` }]) {
    if (!['webhook', 'email', 'safe'].includes(type)) continue;
    const settings = {
      webhook: {
        message: { text: '${NAME} ${object.settings.auth.token} ${object.settings.payloadSecret}' },
      },
      email: { to: 'ops@example.com', subject: '${NAME}', text: 'Hello' },
      safe: { pin },
    }[type];
    const action = { webhook: 'webhook.send', email: 'email.send', safe: 'safe.open' }[type];
    await witness.ask('PUT', `/api/tasks/${key}`, { action, target: { object: key }, settings });
    await witness.ask('PUT', `/api/triggers/${key}`, { event: 'vm.error', object: 'one', task: key });
    await witness.ask('PATCH', `/api/tasks/${key}`, { description: 'patched', settings: { nope: pin } });
  }
  await Promise.all(objects.map(({ type, key }) => witness.ask('POST', `/api/objects/${type}/${key}/test`)));
  for (let i = 0; i < 3; i++)
    await witness.ask('POST', '/api/events', { type: 'vm.error', object: 'one', data: { i } });
  await witness.ask('POST', '/api/events:explain', { type: 'vm.error', object: 'one' });
  await witness.ask('POST', '/api/config/plan', { objects: wrongly(objects) });
  await witness.ask('POST', '/api/config/plan', {
    objects: Object.fromEntries(objects.map(({ type, key, settings }) => [`${type}/${key}`, { settings }])),
  });
  // Each run has had its first attempt.
  await waitFor(
    async () => (await itemsOf(witness, '/api/runs?state=running')).length === 0,
    () => 'no run at work',
  );
  await waitFor(
    async () => {
      const waiting = await itemsOf(witness, '/api/runs?state=pending&limit=500');
      return waiting.every(({ attempts }) => attempts > 0);
    },
    () => 'a first attempt of every run',
  );
  await witness.ask('POST', '/api/secrets:rotate');
}

async function readAll(witness: Witness): Promise<void> {
  const lists = [
    'objects',
    'tasks',
    'triggers',
    'tags',
    'events',
    'runs',
    'audit',
    'types',
    'plugins',
    'tokens',
    'users',
  ];
  for (const list of lists)
    await witness.ask('GET', `/api/${list}?limit=500`.replace(/(types|plugins)\?.*/, '$1'));
  for (const { type, key } of await itemsOf(witness, '/api/objects?limit=500'))
    await witness.ask('GET', `/api/objects/${type}/${key}`);
  for (const { id } of await itemsOf(witness, '/api/runs?limit=500'))
    await witness.ask('GET', `/api/runs/${id}`);
  for (const { id } of await itemsOf(witness, '/api/tasks?limit=500'))
    await witness.ask('GET', `/api/tasks/${id}`);
  for (const { id } of await itemsOf(witness, '/api/events?limit=500')) {
    await witness.ask('GET', `/api/events/${id}`);
    await witness.ask('GET', `/api/events/${id}/explain`);
  }
  for (const path of [
    'config',
    'config?all=true',
    'secrets',
    'health',
    'session',
    'runs/held',
    'types/webhook',
    'plugins/webhook',
  ])
    await witness.ask('GET', `/api/${path}`);
  await witness.ask('GET', '/metrics');
}

describe('every secret of every type that is shipped, with everything done to it', () => {
  it('is seen where it was sent, and nowhere else', async () => {
    const { seen, canaries, missing, arrived, mails } = await seenAfterEverything([]);
    expect(missing).toEqual([]);
    expect(canaries.length).toBeGreaterThan(30);
    // Or nothing would have been tried.
    expect(
      canaries.filter((canary) => canaryForms(canary).some((form) => arrived.includes(form))).length,
    ).toBeGreaterThan(10);
    expect(mails).toBeGreaterThan(0);
    expect(seen).toEqual([]);
  }, 180_000);

  it('would be found: one that a plugin tells is', async () => {
    const { seen, log } = await seenAfterEverything(['leaky']);
    const places = new Set(seen.map((one) => one.slice(0, one.indexOf(': '))));
    for (const place of ['log', '/signalbox.db', 'GET /api/stream', 'GET /api/events?limit=500'])
      expect([...places]).toContain(place);
    // By the ways that plugins should take, it is not.
    expect([...places]).not.toContain('GET /api/plugins');
    expect([...places]).not.toContain('GET /api/health');
    expect(log).toContain('a plugin that logs as it should: ********');
  }, 180_000);
});
