import type { z } from '../../sdk/index.ts';
import { mapMarked, type Path } from './schema-walk.ts';

/** A URL that stands in a settings document. */
export interface SettingsUrl {
  readonly path: Path;
  readonly url: string;
}

/** All values of a settings document that its schema declares as URLs (`z.url()`, `z.string().url()`). */
export function findUrls(schema: z.core.$ZodType, value: unknown): readonly SettingsUrl[] {
  const found: SettingsUrl[] = [];
  mapMarked(schema, value, {
    isMarked: isUrl,
    replace: (url, path) => {
      if (typeof url === 'string') found.push({ path, url });
      return url;
    },
  });
  return found;
}

function isUrl(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== 'string') return false;
  return hasUrlFormat(def) || def.checks?.some((check) => hasUrlFormat(check._zod.def)) === true;
}

function hasUrlFormat(def: object): boolean {
  return 'format' in def && def.format === 'url';
}
