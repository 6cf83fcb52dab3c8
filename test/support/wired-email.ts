import { expect } from '@jest/globals';
import type { ApiClient, RunDetail } from './api-client.ts';
import { startSignalbox, type TestOptions, type TestSignalbox } from './signalbox.ts';
import { wiredWebhook } from './wired-webhook.ts';

interface EmailOptions {
  readonly port: number;
  /** Further settings of the profile. */
  readonly settings?: object;
  /** Further settings of the task. */
  readonly task?: object;
}

/** An email profile that a task sends by whenever something happens to one virtual machine. */
export interface WiredEmail {
  /** Of the profile, in the API. */
  readonly path: string;
  /** Makes the event happen; resolves to the id of the run. */
  fire(data?: object): Promise<string>;
  /** Waits until a run is as it should be; until it has ended or is held by default. */
  run(id: string, is?: (run: RunDetail) => boolean): Promise<RunDetail>;
  /** Fires, and waits until the run has ended or is held. */
  send(data?: object): Promise<RunDetail>;
}

/** A Signalbox with the email plugin. */
export function startWithEmail({ config = {}, ...options }: TestOptions = {}): Promise<TestSignalbox> {
  return startSignalbox({ ...options, config: { plugins: ['vm', 'email'], ...config } });
}

/** Sets up an email profile over the API. Its settings and the task's have to be accepted. */
export async function wireEmail(
  api: ApiClient,
  { port, settings = {}, task = {} }: EmailOptions,
): Promise<WiredEmail> {
  await api.put('/api/objects/vm/hook', { name: 'Machine "1"', settings: {} });
  await api.put('/api/objects/email/hook', { settings: emailSettings(port, settings) });
  const message = {
    to: 'ops@example.com',
    subject: '${NAME} failed',
    text: '${event.data.message}',
    ...task,
  };
  await api.put('/api/tasks/hook', { action: 'email.send', target: { object: 'hook' }, settings: message });
  await api.put('/api/triggers/hook', { event: 'vm.error', object: 'hook', task: 'hook' });
  return wiredEmail(api);
}

/** For a server of the tests: no TLS, and no waiting between attempts. */
export function emailSettings(port: number, settings: object = {}): object {
  return {
    host: '127.0.0.1',
    port,
    tls: 'none',
    from: { name: 'Box', address: 'box@example.com' },
    retries: 2,
    backoff: { first: 0.01 },
    ...settings,
  };
}

function wiredEmail(api: ApiClient): WiredEmail {
  const wired = wiredWebhook(api);
  const settled = ({ state }: RunDetail): boolean => ['succeeded', 'failed', 'held'].includes(state);
  return {
    path: '/api/objects/email/hook',
    fire: (data) => wired.fire(data),
    run: (id, is = settled) => wired.run(id, is),
    send: async (data) => wired.run(await wired.fire({ message: 'disk full', ...data }), settled),
  };
}

/** What the API says of a profile that it refuses. */
export async function refusedEmail(api: ApiClient, settings: object): Promise<object> {
  const path = '/api/objects/email/refused';
  const { status, body } = await api.request('PUT', path, { settings });
  expect({ status, stored: (await api.get(path)).status }).toEqual({ status: 422, stored: 404 });
  return body;
}
