import { startReceiver, type Receiver } from './receiver.ts';
import { startSignalbox, type TestOptions, type TestSignalbox } from './signalbox.ts';

/** An event of a route, as the API shows it. */
export interface CallEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly object?: string;
  readonly data: {
    readonly request: Readonly<Record<string, unknown>>;
    readonly response?: Readonly<Record<string, unknown>>;
    readonly error?: string;
    readonly route?: { readonly id: string; readonly label: string; readonly tag?: string };
  };
}

/** A Signalbox with routes, and a webhook that hears of each call that a route has completed. */
export interface RouteHouse extends AsyncDisposable {
  readonly app: TestSignalbox;
  readonly receiver: Receiver;
  /** All events of routes so far, the oldest first. */
  events(): Promise<readonly CallEvent[]>;
}

export type RouteDefinition = Readonly<Record<string, unknown>> & {
  readonly url: string;
  readonly name?: string;
};

/** `routes` by key; each is a trigger of the webhook. */
export async function startRoutes(
  routes: Readonly<Record<string, RouteDefinition>>,
  { config = {}, ...options }: TestOptions = {},
): Promise<RouteHouse> {
  const receiver = await startReceiver();
  const app = await startSignalbox({ config: { plugins: ['route', 'webhook'], ...config }, ...options });
  const { api } = app;
  await api.put('/api/objects/webhook/hook', { settings: { url: receiver.url } });
  const message = { call: '${event.data}', route: '${event.object.key}' };
  await api.put('/api/tasks/tell', {
    action: 'webhook.send',
    target: { object: 'hook' },
    settings: { message },
  });
  for (const [key, { name, ...settings }] of Object.entries(routes)) {
    await api.put(`/api/objects/route/${key}`, { ...(name !== undefined && { name }), settings });
    await api.put(`/api/triggers/${key}`, { event: 'route.completed', object: key, task: 'tell' });
  }
  return {
    app,
    receiver,
    async events() {
      const { body } = await api.get<{ items: readonly CallEvent[] }>('/api/events?limit=100');
      return body.items.filter(({ type }) => type.startsWith('route.')).toReversed();
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
