import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startReceiver, type Delivery } from '../support/receiver.ts';
import { startSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { deliver, refusedWebhook, wireWebhook } from '../support/wired-webhook.ts';

const newSecret = (bytes = 24): string => `whsec_${randomBytes(bytes).toString('base64')}`;
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

/** Verifies as a receiver does that follows Standard Webhooks: any of the signatures may be the right one. */
function verifies({ headers, body }: Pick<Delivery, 'headers' | 'body'>, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return signaturesOf({ headers }).includes(wanted);
}

function signaturesOf({ headers }: Pick<Delivery, 'headers'>): readonly string[] {
  return String(headers['webhook-signature']).split(' ');
}

describe('a webhook with a signing secret', () => {
  it('is verified by whoever knows the secret, and by nobody else', async () => {
    const secret = newSecret();
    const delivery = await deliver({
      settings: { signingSecrets: [{ secret }], dataLocation: 'root' },
      task: { message: { text: 'Grüße, ${NAME}' } },
    });
    expect(verifies(delivery, secret)).toBe(true);
    expect(verifies(delivery, newSecret())).toBe(false);
    expect(verifies({ ...delivery, body: `${delivery.body} ` }, secret)).toBe(false);
    expect(signaturesOf(delivery)).toHaveLength(1);
  });

  it.each([24, 25, 32, 64])('takes a secret of %i bytes', async (bytes) => {
    const secret = newSecret(bytes);
    expect(verifies(await deliver({ settings: { signingSecrets: [{ secret }] } }), secret)).toBe(true);
  });

  it('is signed for the old and the new secret during a rotation', async () => {
    const [current, old] = [newSecret(), newSecret()];
    const delivery = await deliver({
      settings: { signingSecrets: [{ secret: current }, { secret: old, validUntil: inAnHour() }] },
    });
    expect(verifies(delivery, current)).toBe(true);
    expect(verifies(delivery, old)).toBe(true);
  });

  it('is no longer signed for a secret whose time is over', async () => {
    const [current, old] = [newSecret(), newSecret()];
    const delivery = await deliver({
      settings: {
        signingSecrets: [{ secret: old, validUntil: '2020-01-01T00:00:00Z' }, { secret: current }],
      },
    });
    expect(verifies(delivery, current)).toBe(true);
    expect(signaturesOf(delivery)).toHaveLength(1);
  });

  it('keeps its id over all attempts, and is signed anew with the time of each', async () => {
    const secret = newSecret();
    await using receiver = await startReceiver({
      respond: (_, n) => (n < 3 ? { status: 503, headers: { 'retry-after': '1' } } : undefined),
    });
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, {
      url: receiver.url,
      settings: { signingSecrets: [{ secret }], backoff: { first: 0.01 } },
      task: { message: { at: '${TIMESTAMP}', nonce: '${RANDOM}' } },
    });
    const run = await webhook.send();
    const { deliveries } = receiver;
    expect(deliveries.map(({ headers }) => headers['webhook-id'])).toEqual([run.id, run.id, run.id]);
    expect(new Set(deliveries.map(({ body }) => body)).size).toBe(1);
    const times = deliveries.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(1);
    expect(deliveries.map((delivery) => verifies(delivery, secret))).toEqual([true, true, true]);
  });

  it('has another id for each run', async () => {
    await using receiver = await startReceiver();
    await using app = await startSignalbox();
    const webhook = await wireWebhook(app.api, { url: receiver.url });
    const runs = [await webhook.send(), await webhook.send()];
    expect(receiver.deliveries.map(({ headers }) => headers['webhook-id'])).toEqual(runs.map(({ id }) => id));
    expect(runs[0]!.id).not.toBe(runs[1]!.id);
  });
});

describe('a webhook without a signing secret', () => {
  it('has an id and a time, but no signature', async () => {
    const { headers, run } = await deliver();
    expect(headers['webhook-id']).toBe(run.id);
    expect(headers['webhook-timestamp']).toMatch(/^\d{10}$/);
    expect(headers).not.toHaveProperty('webhook-signature');
  });
});

describe('a signing secret', () => {
  let app: TestSignalbox;
  beforeAll(async () => {
    app = await startSignalbox();
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });

  it.each([
    ['is too short', newSecret(23)],
    ['is too long', newSecret(65)],
    ['has no prefix', randomBytes(24).toString('base64')],
    ['is not Base64', 'whsec_not!base64'],
  ])('is refused, and not repeated, if it %s', async (_what, secret) => {
    const problem = await refusedWebhook(app.api, { signingSecrets: [{ secret }] });
    expect(problem).toMatchObject({ code: 'SETTINGS_INVALID', field: 'settings.signingSecrets[0].secret' });
    expect(JSON.stringify(problem)).not.toContain(secret);
  });

  it('is refused if all of them have an end', async () => {
    const signingSecrets = [{ secret: newSecret(), validUntil: inAnHour() }];
    expect(await refusedWebhook(app.api, { signingSecrets })).toMatchObject({
      field: 'settings.signingSecrets',
    });
  });
});
