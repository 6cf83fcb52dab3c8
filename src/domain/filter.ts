import { compileFilter as compile, FilterError, type JsonObject } from '../sdk/index.ts';
import { SignalboxError } from './errors.ts';

const documentFields = ['type', 'source', 'time', 'data', 'object'];
const objectFields = ['type', 'key', 'name', 'tags', 'settings', 'state'];

/**
 * Prepares a filter on events: Mongo-style conditions on `{ type, source, time, data, object }`. Throws
 * SignalboxError FILTER_INVALID whose `field` says where the mistake stands, e.g. `filter.data.level.$foo`.
 */
export function compileFilter(filter: JsonObject): (document: JsonObject) => boolean {
  try {
    return compile(filter, checkEventPath);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { message, field, cause } = error;
    throw new SignalboxError('FILTER_INVALID', message, { field, cause });
  }
}

function checkEventPath([root = '', member]: readonly string[]): string | undefined {
  if (!documentFields.includes(root)) {
    return `an event has ${documentFields.join(', ')}; write "data.${root}" for a field of its data`;
  }
  const known = root !== 'object' || member === undefined || objectFields.includes(member);
  return known ? undefined : `an object has ${objectFields.join(', ')}`;
}
