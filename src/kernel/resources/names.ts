import { SignalboxError } from '../../domain/errors.ts';

const id = /^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/i;
const tag = /^[^\s/][^/]{0,63}\/[^/]{0,127}[^\s/]$|^[^\s/]\/[^\s/]$/u;
const key = /^.{1,200}$/u;
/** Control characters, and halves of characters: no disk keeps them apart. */
const unfit = /[\p{Cc}\p{Cs}]/u;
/** Programs take these out of the paths of URLs, however they are written there. */
const steps: readonly string[] = ['.', '..'];

/** Ids of tasks and triggers stand in URLs and files. */
export function checkId(value: string, field = 'id'): void {
  if (!id.test(value)) {
    throw invalid(
      field,
      value,
      'letters, digits, ".", "_" and "-", at most 128, with a letter or digit at both ends',
    );
  }
}

export function checkTag(value: string, field: string): void {
  if (!tag.test(value) || unfit.test(value) || value.split('/').some((half) => steps.includes(half)))
    throw invalid(field, value, 'a category and a name, such as "vms/gpu", neither of them "." or ".."');
}

export function checkKey(value: string, field = 'key'): void {
  if (!key.test(value) || unfit.test(value) || value.trim() !== value || steps.includes(value)) {
    throw invalid(
      field,
      value,
      '1 to 200 characters, no control characters, no space at either end, not "." or ".."',
    );
  }
}

/** Names for people stand in one line. */
export function checkName(value: string | undefined): void {
  if (value !== undefined && unfit.test(value))
    throw invalid('name', value, 'text without control characters');
}

/** Descriptions may have several lines. */
export function checkDescription(value: string | undefined): void {
  if (value !== undefined && unfit.test(value.replace(/[\t\n\r]/g, '')))
    throw invalid('description', value, 'text without control characters other than tabs and line breaks');
}

/** `Tell Slack!` → `tell-slack`. */
export function slug(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? ['unnamed']).join('-').slice(0, 100).replace(/-$/, '');
}

/** The wanted id, or with the first free number behind it. */
export function freeId(wanted: string, taken: (id: string) => boolean): string {
  let candidate = wanted;
  for (let n = 2; taken(candidate); n++) candidate = `${wanted}-${String(n)}`;
  return candidate;
}

function invalid(field: string, value: string, expected: string): SignalboxError {
  return new SignalboxError(
    'RESOURCE_INVALID',
    `${field}: must be ${expected}, got ${JSON.stringify(value.slice(0, 80))}`,
    {
      field,
    },
  );
}
