import { describe, expect, it } from '@jest/globals';
import { startReceiver, type Responder } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { wireWebhook } from '../support/wired-webhook.ts';

const secrets = {
  token: 'tok-b3a1f6c2d9',
  key: 'key/with+"special" ch@rs',
  password: 'pässwörd-9f8e7d',
  header: 'hdr-5c4b3a2918',
  payload: 'pay-0a1b2c"3d4e',
  signing: `whsec_${Buffer.from('a signing key of 32 bytes, fixed').toString('base64')}`,
};

const common = {
  headers: [
    { name: 'content-type', value: 'application/json' },
    { name: 'X-Plain-Name', value: secrets.header, secret: true },
  ],
  payloadSecret: secrets.payload,
  signingSecrets: [{ secret: secrets.signing }],
  retries: 1,
  backoff: { first: 0.01 },
};

/** How a secret may look in an answer of the API, which is JSON, or in one that it quotes. */
function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    // Behind `ops:`, as Basic has it, with the characters left out that the neighbours share.
    Buffer.from(`ops:${secret}`).toString('base64').slice(8, -4),
  ];
}

/** Everything that people can read through the API. */
async function everything({ api }: TestSignalbox): Promise<string> {
  const runs = (await api.runs()).map(({ id }) => `/api/runs/${id}`);
  const lists = ['objects', 'tasks', 'triggers', 'tags', 'events', 'runs', 'types', 'plugins'];
  const paths = [...lists.map((list) => `/api/${list}`), '/api/objects/webhook/hook', ...runs];
  const answers = await Promise.all(paths.map((path) => api.get(path)));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  return answers.map(({ body }) => JSON.stringify(body)).join('\n');
}

/** Sends back all that it got, in every place where a receiver can put something. */
const echo: Responder = ({ headers, body }, n) => ({
  status: n === 1 ? 500 : 302,
  headers: {
    'x-echo': encodeURIComponent(JSON.stringify(headers)),
    'x-authorization-was': Buffer.from(String(headers.authorization)).toString('latin1'),
    location: `http://127.0.0.1:9/?${'a'.repeat(150)}&got=${encodeURIComponent(String(headers.authorization))}`,
  },
  body: JSON.stringify({ headers, body, again: `${body} ${JSON.stringify(headers)}` }),
});

describe('the secrets of a webhook', () => {
  it.each([
    ['a token', { type: 'bearer', token: secrets.token }, 'token'],
    ['an API key', { type: 'apikey', key: secrets.key }, 'key'],
    ['an API key in a header of its own', { type: 'apikey', key: secrets.key, header: 'X-Acme' }, 'key'],
    ['a password', { type: 'basic', user: 'ops', password: secrets.password }, 'password'],
  ] as const)(
    'are sent and then shown nowhere, even if the receiver sends them back: %s',
    async (_what, auth, used) => {
      await using receiver = await startReceiver({ respond: echo });
      await using app = await startSignalbox();
      const webhook = await wireWebhook(app.api, { url: receiver.url, settings: { ...common, auth } });
      const run = await webhook.send();
      expect(run).toMatchObject({ state: 'failed', attempts: 2 });

      const arrived = JSON.stringify(receiver.deliveries);
      const shown = await everything(app);
      for (const name of [used, 'header', 'payload'] as const) {
        expect(formsOf(secrets[name]).filter((form) => arrived.includes(form))).not.toEqual([]);
        expect(formsOf(secrets[name]).filter((form) => shown.includes(form))).toEqual([]);
      }
      expect(shown).not.toContain(secrets.signing.slice('whsec_'.length));
      expect(shown).toContain('********');
    },
  );

  it('do not stop the task log from showing the rest', async () => {
    await using receiver = await startReceiver({ respond: echo });
    await using app = await startSignalbox();
    const auth = { type: 'basic', user: 'ops', password: secrets.password };
    const webhook = await wireWebhook(app.api, {
      url: `${receiver.url}/in`,
      settings: { ...common, auth },
      task: { message: { text: '${NAME}' } },
    });
    const { attemptLog } = await webhook.send();
    expect(attemptLog).toHaveLength(2);
    for (const attempt of attemptLog) {
      expect(attempt.sent).toMatchObject({
        method: 'POST',
        url: `${receiver.url}/in`,
        body: '{"text":"Machine hook","secret":"********"}',
      });
      expect(attempt.sent!.headers).toEqual(
        expect.arrayContaining([
          ['content-type', 'application/json'],
          ['X-Plain-Name', '********'],
          ['Authorization', 'Basic ********'],
        ]),
      );
    }
    expect(attemptLog.map(({ received }) => received?.status)).toEqual([500, 302]);
  });

  it('stay as they are when they are saved as they are shown', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    const auth = { type: 'bearer', token: secrets.token };
    const webhook = await wireWebhook(app.api, { url: receiver.url, settings: { ...common, auth } });
    const { body } = await app.api.get<{ settings: { auth: unknown } }>(webhook.path);
    expect(body.settings.auth).toEqual({ type: 'bearer', token: '********' });
    await app.api.put(webhook.path, { settings: { ...body.settings, timeout: 10 } });
    await webhook.send();
    expect(receiver.deliveries[0]!.headers).toMatchObject({
      authorization: `Bearer ${secrets.token}`,
      'x-plain-name': secrets.header,
    });
  });

  it('have to be given again when the webhook is to lead to another host', async () => {
    await using app = await startSignalbox();
    const auth = { type: 'bearer', token: secrets.token };
    const webhook = await wireWebhook(app.api, { url: 'http://127.0.0.1:9/a', settings: { auth } });
    const moved = { settings: { url: 'http://127.0.0.2:9/a', auth: { type: 'bearer', token: '********' } } };
    expect(await app.api.request('PUT', webhook.path, moved)).toMatchObject({
      status: 422,
      body: { code: 'SETTINGS_INVALID', field: 'settings.url' },
    });
  });
});

describe('a redirect with a long address', () => {
  it('shows no part of a secret in the reason of the run', async () => {
    await using receiver = await startReceiver({
      respond: ({ headers }) => ({
        status: 307,
        // So long that a message of a fixed length would end in the middle of the secret.
        headers: {
          location: `http://127.0.0.1:9/${'a'.repeat(170)}/${String(headers.authorization).slice(7)}`,
        },
      }),
    });
    await using app = await startSignalbox();
    const token = 'abcdefghijklmnopqrstuvwxyz0123456789';
    const webhook = await wireWebhook(app.api, {
      url: receiver.url,
      settings: { auth: { type: 'bearer', token } },
    });
    expect(await webhook.send()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('redirects are not followed; it points where its location header says'),
    });
    expect(receiver.deliveries[0]!.headers.authorization).toBe(`Bearer ${token}`);
    expect(await everything(app)).not.toContain(token.slice(0, 5));
  });
});
