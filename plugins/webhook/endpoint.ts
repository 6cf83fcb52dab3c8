import { wrappingOf, type Wrapping } from './data-location.ts';
import type { Format } from './payload.ts';
import type { WebhookSettings } from './settings.ts';
import { createSigner, type Sign } from './signature.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/** What is worked out of a webhook's settings once, not for each request. */
export interface Endpoint {
  /** For messages: host, with the port where it is not the usual one. */
  readonly host: string;
  /** All headers that are the same for each request of a format. */
  readonly headers: Readonly<Record<Format, Headers>>;
  readonly wrapping: Readonly<Record<Format, Wrapping>>;
  readonly sign: Sign | undefined;
}

const known = new WeakMap<WebhookSettings, Endpoint>();

export function endpointOf(settings: WebhookSettings): Endpoint {
  let endpoint = known.get(settings);
  if (!endpoint) known.set(settings, (endpoint = prepare(settings)));
  return endpoint;
}

function prepare(settings: WebhookSettings): Endpoint {
  const { url, headers, auth, dataLocation, signingSecrets } = settings;
  const configured = [...headers.map(({ name, value }) => [name, value] as const), ...credentials(auth)];
  const placed = dataLocation === undefined ? bare : wrappingOf(dataLocation);
  return {
    host: new URL(url).host,
    headers: { ...ofEach(configured), cloudevents: asCloudEvent(configured) },
    // A CloudEvent inside of something else would not be one any more.
    wrapping: { ...ofEach(placed), cloudevents: bare },
    sign: signingSecrets.length === 0 ? undefined : createSigner(signingSecrets),
  };
}

function ofEach<T>(same: T): Record<Format, T> {
  return { message: same, event: same, cloudevents: same, datagerry: same, apio: same };
}

const bare: Wrapping = { before: '', after: '' };

function credentials(auth: WebhookSettings['auth']): Headers {
  switch (auth.type) {
    case 'none':
      return [];
    case 'bearer':
      return [['Authorization', `Bearer ${auth.token}`]];
    case 'apikey':
      return [[auth.header, auth.key]];
    case 'basic':
      return [['Authorization', `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`]];
  }
}

/** The content type of the format, unless someone chose another one than the default. */
function asCloudEvent(headers: Headers): Headers {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type');
  if (type && type[1] !== 'application/json') return headers;
  return [['content-type', 'application/cloudevents+json'], ...headers.filter((header) => header !== type)];
}
