import { isDeepStrictEqual } from 'node:util';
import { SignalboxError } from '../../domain/errors.ts';
import { z } from '../../sdk/index.ts';
import { isSecret } from '../../sdk/schema.ts';
import { findDestinations, findEndpoints, findUrls } from './settings-urls.ts';
import { containsMarked, mapMarked, OMIT, settingsField, type Path } from './schema-walk.ts';

/** What is shown in the place of a secret. Sent back in settings it keeps the secret that is stored. */
export const MASK = '********';

type Schema = z.core.$ZodType;

/** Whether a document of this schema may have secrets. */
export function holdsSecrets(schema: Schema): boolean {
  return containsMarked(schema, isSecret);
}

/** All secrets of a settings document, as texts. */
export function secretValues(schema: Schema, value: unknown): string[] {
  const found = new Set<string>();
  mapMarked(schema, value, {
    isMarked: isSecret,
    replace: (secret) => {
      collectTexts(secret, found);
      return secret;
    },
  });
  return [...found];
}

/** For people: every secret replaced by `MASK`. */
export function maskSecrets(schema: Schema, value: unknown): unknown {
  return mapMarked(schema, value, { isMarked: isSecret, replace: () => MASK });
}

/** For message templates and filters: secrets left out. */
export function withoutSecrets(schema: Schema, value: unknown): unknown {
  return mapMarked(schema, value, { isMarked: isSecret, replace: () => OMIT });
}

/**
 * Settings as people sent them, each `MASK` replaced by the secret that is stored there. An item of a list takes
 * its secret from the stored item that looks the same, so lists may be reordered and items removed.
 *
 * Throws SETTINGS_INVALID when it cannot be told which secret is meant, and when a URL, an endpoint or another destination in the
 * settings is another one now: whoever may change settings must not be able to send stored secrets to a place of their choice.
 */
export function unmask(schema: Schema, incoming: unknown, stored: unknown): unknown {
  const restored = restore(incoming, stored, maskSecrets(schema, stored));
  mapMarked(schema, restored, {
    isMarked: isSecret,
    replace: (secret, path) => {
      if (secret === MASK) throw notStored(path);
      return secret;
    },
  });
  if (!isDeepStrictEqual(restored, incoming)) checkDestinations(schema, restored, stored);
  return restored;
}

function restore(incoming: unknown, stored: unknown, masked: unknown): unknown {
  if (incoming === MASK) return masked === MASK ? stored : incoming;
  if (Array.isArray(incoming)) {
    return Array.isArray(stored) && Array.isArray(masked) ? restoreItems(incoming, stored, masked) : incoming;
  }
  if (!isRecord(incoming) || !isRecord(stored) || !isRecord(masked)) return incoming;
  return Object.fromEntries(
    Object.entries(incoming).map(([key, item]) => [key, restore(item, stored[key], masked[key])]),
  );
}

function restoreItems(
  incoming: readonly unknown[],
  stored: readonly unknown[],
  masked: readonly unknown[],
): unknown[] {
  const inPlace = incoming.length >= stored.length;
  return incoming.map((item, i) => {
    const alike = stored.filter((_, j) => isDeepStrictEqual(masked[j], item));
    if (alike.length > 0 && alike.every((candidate) => isDeepStrictEqual(candidate, alike[0])))
      return alike[0];
    // Several look the same: only if none was removed does each stand where it stood.
    if (alike.length > 0) return inPlace && isDeepStrictEqual(masked[i], item) ? stored[i] : item;
    const replaced =
      incoming.length === stored.length && !incoming.some((other) => isDeepStrictEqual(other, masked[i]));
    return replaced ? restore(item, stored[i], masked[i]) : item;
  });
}

function checkDestinations(schema: Schema, restored: unknown, stored: unknown): void {
  // What is left out may lead elsewhere by its default.
  const parsed = z.core.safeParse(schema, restored);
  const known = new Set(destinationsOf(schema, stored).map(identityOf));
  const moved = destinationsOf(schema, parsed.success ? parsed.data : restored).find(
    (place) => !known.has(identityOf(place)),
  );
  if (!moved) return;
  const field = settingsField(moved.path);
  const why = moved.isHost ? 'leads to another host than before' : 'decides who can read the secrets';
  throw new SignalboxError(
    'SETTINGS_INVALID',
    `${field}: ${why}, so the secrets have to be given again instead of ${MASK}`,
    { field },
  );
}

/** Something that decides where secrets go. */
interface Destination {
  readonly path: Path;
  readonly place: string;
  readonly isHost: boolean;
}

/** Items of a list may be moved within it. */
function identityOf({ path, place }: Destination): string {
  return JSON.stringify([path.map((part) => (typeof part === 'number' ? '*' : part)), place]);
}

/** Scheme, host and port of all that the settings lead to, and what else is marked as a destination. */
function destinationsOf(schema: Schema, value: unknown): readonly Destination[] {
  return [
    ...findUrls(schema, value).map(({ path, url }) => ({
      path,
      place: URL.parse(url)?.origin ?? url,
      isHost: true,
    })),
    ...findEndpoints(schema, value).map(({ path, host, port }) => ({
      path: [...path, 'host'],
      place: `tcp://${host.toLowerCase()}:${port}`,
      isHost: true,
    })),
    ...findDestinations(schema, value).map(({ path, place }) => ({ path, place, isHost: false })),
  ];
}

function notStored(path: Path): SignalboxError {
  const field = settingsField(path);
  return new SignalboxError(
    'SETTINGS_INVALID',
    `${field}: ${MASK} stands for a stored secret, and it cannot be told which; give the secret itself`,
    { field },
  );
}

function collectTexts(secret: unknown, found: Set<string>): void {
  if (typeof secret === 'string' || typeof secret === 'number') {
    const text = String(secret);
    if (text !== '') found.add(text);
  } else if (typeof secret === 'object' && secret !== null) {
    Object.values(secret).forEach((part: unknown) => {
      collectTexts(part, found);
    });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
