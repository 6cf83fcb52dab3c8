import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { waitFor } from './wait-for.ts';

export interface ServerSentEvent {
  readonly id: string;
  readonly name: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into what came
  readonly data: any;
}

/** A reader of server-sent events, on a connection of its own. */
export interface EventSource extends AsyncDisposable {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** All that came so far. */
  readonly events: readonly ServerSentEvent[];
  /** As it came. */
  readonly text: () => string;
  /** The connection has ended, from either side. */
  readonly ended: () => boolean;
  /** Reads no more, but leaves the connection open. */
  pause(): void;
  /** Waits for `count` events of a name. */
  wait(name: string, count?: number): Promise<readonly ServerSentEvent[]>;
}

export async function openEventSource(
  url: string,
  { token, lastEventId }: { readonly token: string; readonly lastEventId?: string },
): Promise<EventSource> {
  const request = get(url, {
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  let ended = false;
  const end = (): void => void (ended = true);
  response.setEncoding('utf8').on('data', (part: string) => (text += part));
  response.on('error', end).on('close', end);
  const events = (): readonly ServerSentEvent[] => eventsIn(text);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    get events() {
      return events();
    },
    text: () => text,
    ended: () => ended,
    pause: () => void response.pause(),
    wait: (name, count = 1) =>
      waitFor(
        () => {
          const found = events().filter((event) => event.name === name);
          return Promise.resolve(found.length >= count && found);
        },
        () => `${String(count)} of ${name}; there is ${text}`,
      ),
    [Symbol.asyncDispose]() {
      response.destroy();
      return Promise.resolve();
    },
  };
}

function eventsIn(text: string): readonly ServerSentEvent[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const fields = Object.fromEntries(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      const { id = '', event: name, data } = fields;
      return name === undefined || data === undefined
        ? []
        : [{ id, name, data: JSON.parse(data) as unknown }];
    });
}
