import { PermanentError, z, type DriverTarget, type PowerState } from 'signalbox/sdk';
import type { RedfishService } from './service.ts';
import { link, rootUri, serviceRoot } from './service-root.ts';

const system = z.object({
  '@odata.id': z.string(),
  Id: z.string(),
  Name: z.string(),
  HostName: z.string().nullish(),
  PowerState: z.string().nullish(),
  Actions: z
    .object({
      '#ComputerSystem.Reset': z
        .object({
          target: z.string(),
          'ResetType@Redfish.AllowableValues': z.array(z.string()).optional(),
          '@Redfish.ActionInfo': z.string().optional(),
        })
        .optional(),
    })
    .optional(),
});

/** A resource of the schema ComputerSystem. */
export type System = z.output<typeof system>;

const collection = z.object({
  Members: z.array(link),
  'Members@odata.nextLink': z.string().optional(),
});

export function readSystem(service: RedfishService, uri: string): Promise<System> {
  return service.get(uri, system);
}

const mostPages = 100;

/** URIs of all systems. */
export async function listSystems(service: RedfishService): Promise<string[]> {
  const { Systems } = await service.get(rootUri, serviceRoot);
  const uris: string[] = [];
  let page = Systems?.['@odata.id'];
  for (let n = 0; page !== undefined && n < mostPages; n += 1) {
    const { Members, 'Members@odata.nextLink': next } = await service.get(page, collection);
    uris.push(...Members.map(({ '@odata.id': uri }) => uri));
    page = next;
  }
  return uris;
}

/**
 * URI of the system that a target means. One that names none (its id is its key by default) means the `systemId` of the
 * connection, or the only system there is.
 */
export async function findSystem(service: RedfishService, { id, key }: DriverTarget): Promise<string> {
  const uris = await listSystems(service);
  const [only, ...others] = uris;
  const wanted = id === key ? (service.settings.systemId ?? id) : id;
  const found = uris.find((uri) => uri === wanted || idOf(uri) === wanted);
  if (found !== undefined) return found;
  if (wanted === key && only !== undefined && others.length === 0) return only;
  const there = uris.map(idOf).join(', ') || 'none';
  throw new PermanentError(`there is no system "${wanted}" at ${service.host}; there are: ${there}`);
}

/** The last part of its URI is the Id of a system. */
export function idOf(uri: string): string {
  return decodeURIComponent(uri.replace(/\/+$/, '').split('/').at(-1) ?? '');
}

/** While a system powers on or off, it is still what it was. */
export function stateOf({ PowerState }: Pick<System, 'PowerState'>): PowerState {
  switch (PowerState) {
    case 'On':
    case 'PoweringOff':
      return 'on';
    case 'Off':
    case 'PoweringOn':
      return 'off';
    case 'Paused':
      return 'paused';
    default:
      return 'unknown';
  }
}
