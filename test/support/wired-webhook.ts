import { expect } from '@jest/globals';
import type { ApiClient, RunDetail } from './api-client.ts';
import { startReceiver, type Delivery } from './receiver.ts';
import { startSignalbox } from './signalbox.ts';
import { waitFor } from './wait-for.ts';

interface WebhookOptions {
  /** Key of the webhook and of everything that belongs to it. */
  readonly key?: string;
  readonly url: string;
  /** Further settings of the webhook. */
  readonly settings?: object;
  /** Settings of the task. */
  readonly task?: object;
}

/** A webhook that a task sends to whenever something happens to one virtual machine. */
export interface WiredWebhook {
  /** Of the webhook, in the API. */
  readonly path: string;
  /** Makes the event happen; resolves to the id of the run. */
  fire(data?: object): Promise<string>;
  /** Waits until a run is as it should be; until it has ended by default. */
  run(id: string, is?: (run: RunDetail) => boolean): Promise<RunDetail>;
  /** Fires, and waits until the run has ended. */
  send(data?: object): Promise<RunDetail>;
}

/** Sets up a webhook over the API. Its URL and settings have to be accepted. */
export async function wireWebhook(
  api: ApiClient,
  { key = 'hook', url, settings = {}, task = {} }: WebhookOptions,
): Promise<WiredWebhook> {
  const path = `/api/objects/webhook/${key}`;
  await api.put(`/api/objects/vm/${key}`, { name: `Machine ${key}` });
  await api.put(path, { settings: { url, ...settings } });
  await api.put(`/api/tasks/${key}`, { action: 'webhook.send', target: { object: key }, settings: task });
  await api.put(`/api/triggers/${key}`, { event: 'vm.error', object: key, task: key });
  return wiredWebhook(api, key);
}

/** One that is set up already. */
export function wiredWebhook(api: ApiClient, key = 'hook'): WiredWebhook {
  const fire = async (data: object = {}): Promise<string> => {
    const id = await api.emit({ type: 'vm.error', object: key, data });
    const { body } = await api.get<{ runs: readonly { id: string }[] }>(`/api/events/${id}`);
    expect(body.runs).toHaveLength(1);
    return body.runs[0]!.id;
  };
  const run = async (id: string, is = hasEnded): Promise<RunDetail> => {
    let last: RunDetail | undefined;
    return waitFor(
      async () => {
        last = await api.run(id);
        return is(last) && last;
      },
      () => `a run; it is ${JSON.stringify(last)}`,
    );
  };
  return { path: `/api/objects/webhook/${key}`, fire, run, send: async (data) => run(await fire(data)) };
}

const hasEnded = ({ state }: RunDetail): boolean => state === 'succeeded' || state === 'failed';

/** It has been tried so often, and waits for the next attempt. */
export const waitsAfter =
  (attempts: number) =>
  (run: RunDetail): boolean =>
    run.state === 'pending' && run.attempts === attempts;

export interface Sending {
  /** Of the webhook. */
  readonly settings?: object;
  /** Settings of the task. */
  readonly task?: object;
  /** Data of the event. */
  readonly data?: object;
}

/** Sends one message through a Signalbox of its own; resolves to what arrived and to the run. */
export async function deliver({ settings = {}, task = {}, data = {} }: Sending = {}): Promise<
  Delivery & { readonly run: RunDetail }
> {
  await using receiver = await startReceiver();
  await using app = await startSignalbox();
  const webhook = await wireWebhook(app.api, { url: `${receiver.url}/hook`, settings, task });
  const run = await webhook.send(data);
  expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
  expect(receiver.deliveries).toHaveLength(1);
  return { ...receiver.deliveries[0]!, run };
}

/** What the API says of something that it refuses. */
interface Problem {
  readonly status: number;
  readonly code: string;
  readonly field?: string;
  readonly detail: string;
}

/** Tries to save a webhook that has to be refused. */
export async function refusedWebhook(api: ApiClient, settings: object): Promise<Problem> {
  const path = '/api/objects/webhook/refused';
  const { status, body } = await api.request<Problem>('PUT', path, {
    settings: { url: 'http://127.0.0.1:9/', ...settings },
  });
  expect({ status, stored: (await api.get(path)).status }).toEqual({ status: 422, stored: 404 });
  return body;
}
