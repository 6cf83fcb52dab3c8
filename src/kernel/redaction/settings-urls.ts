import { z } from '../../sdk/index.ts';
import { isDestination, isEndpoint } from '../../sdk/schema.ts';
import { mapMarked, type Path } from './schema-walk.ts';

/** A URL that stands in a settings document. */
export interface SettingsUrl {
  readonly path: Path;
  readonly url: string;
  /** Its schema wants another protocol than that of the web: `z.url({ protocol: /^qemu$/ })`. */
  readonly foreign: boolean;
}

/** All values of a settings document that its schema declares as URLs (`z.url()`, `z.string().url()`). */
export function findUrls(schema: z.core.$ZodType, value: unknown): readonly SettingsUrl[] {
  const found: SettingsUrl[] = [];
  mapMarked(schema, value, {
    isMarked: isUrl,
    replace: (url, path, marked) => {
      if (typeof url === 'string') found.push({ path, url, foreign: isForeign(marked) });
      return url;
    },
  });
  return found;
}

/** A place that stands in a settings document as host and port. */
export interface SettingsEndpoint {
  readonly path: Path;
  readonly host: string;
  readonly port: number;
}

/** All objects of a settings document that its schema declares as places with `endpoint()`. */
export function findEndpoints(schema: z.core.$ZodType, value: unknown): readonly SettingsEndpoint[] {
  const found: SettingsEndpoint[] = [];
  mapMarked(schema, value, {
    isMarked: isEndpoint,
    replace: (place, path, marked) => {
      // Settings as people write them may leave out what has a default.
      const host = memberOf(marked, place, 'host');
      const port = memberOf(marked, place, 'port');
      if (typeof host === 'string' && typeof port === 'number') found.push({ path, host, port });
      return place;
    },
  });
  return found;
}

/** Values of a settings document that its schema marks with `destination()`, as texts; a switch that is off is none. */
export function findDestinations(
  schema: z.core.$ZodType,
  value: unknown,
): readonly { readonly path: Path; readonly place: string }[] {
  const found: { readonly path: Path; readonly place: string }[] = [];
  mapMarked(schema, value, {
    isMarked: isDestination,
    replace: (place, path) => {
      if (place !== false) found.push({ path, place: JSON.stringify(place) });
      return place;
    },
  });
  return found;
}

/** A field of an object as its schema understands it; undefined where it does not fit. */
function memberOf(schema: z.core.$ZodType, value: unknown, name: string): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const member = def.type === 'object' ? def.shape[name] : undefined;
  if (!member || typeof value !== 'object' || value === null) return undefined;
  return z.core.safeParse(member, Reflect.get(value, name)).data;
}

function isUrl(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== 'string') return false;
  return hasUrlFormat(def) || def.checks?.some((check) => hasUrlFormat(check._zod.def)) === true;
}

function isForeign(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const protocol = 'protocol' in def ? def.protocol : undefined;
  return protocol instanceof RegExp && !protocol.test('https') && !protocol.test('http');
}

function hasUrlFormat(def: object): boolean {
  return 'format' in def && def.format === 'url';
}
