import type { IncomingHttpHeaders } from 'node:http';
import type { EventInput } from '../../kernel/stream/event-input.ts';
import { parseJsonBody } from '../http/json-body.ts';
import { mediaTypeOf } from '../http/media-types.ts';
import { invalid, isJsonObject } from './native-event.ts';

/*
 * CloudEvents 1.0.2, its JSON format and HTTP binding. `subject` is the object's key. Extension attributes are
 * checked and then left out: an event of Signalbox has no place for them. So is `dataschema`: the plugin's own
 * schema judges the data.
 */

const required = ['specversion', 'id', 'source', 'type'] as const;
const defined = new Set<string>([...required, 'subject', 'time', 'datacontenttype', 'dataschema']);
const members = new Set<string>(['data', 'data_base64']);

type Attributes = Readonly<Record<string, unknown>>;

/** Reads one event of the JSON format (structured mode, or a member of a batch). */
export function structuredEvent(value: unknown): EventInput {
  if (!isJsonObject(value)) throw invalid('a CloudEvent must be a JSON object');
  // A null attribute is one that is not set; `data: null` is data.
  const attributes = Object.fromEntries(
    Object.entries(value).filter(([name, attribute]) => !members.has(name) && attribute !== null),
  );
  return eventInput(attributes, structuredData(value));
}

/** Reads an event of the binary mode: attributes in `ce-` headers, data in the body. */
export function binaryEvent(headers: IncomingHttpHeaders, body: unknown): EventInput {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-')) attributes[name.slice(3)] = decodeHeader(String(value), name);
  }
  return eventInput(attributes, body);
}

/** Whether the headers carry an event of the binary mode. */
export function isBinaryEvent(headers: IncomingHttpHeaders): boolean {
  return headers['ce-specversion'] !== undefined || headers['ce-type'] !== undefined;
}

/** What is used of the attributes of a valid event. */
interface EventAttributes {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: string;
}

function eventInput(attributes: Attributes, data: unknown): EventInput {
  checkAttributes(attributes);
  const { type, source, id, subject, time } = attributes;
  return {
    type,
    source,
    id,
    ...(subject !== undefined && { object: subject }),
    ...(time !== undefined && { time }),
    ...(data !== undefined && { data }),
  };
}

function checkAttributes(attributes: Attributes): asserts attributes is Attributes & EventAttributes {
  for (const name of required) if (attributes[name] === undefined) throw invalid('is required', name);
  const { specversion } = attributes;
  if (specversion !== '1.0')
    throw invalid(`must be "1.0", got ${JSON.stringify(specversion)}`, 'specversion');
  for (const [name, value] of Object.entries(attributes)) {
    if (defined.has(name)) checkText(name, value);
    else checkExtension(name, value);
  }
  checkContentType(attributes['datacontenttype']);
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalid('must be a string that is not empty', name);
}

function checkExtension(name: string, value: unknown): void {
  if (!/^[a-z0-9]+$/.test(name)) {
    throw invalid('is no attribute of CloudEvents; extensions have lower-case letters and digits only', name);
  }
  const type = typeof value;
  if (type !== 'string' && type !== 'boolean' && !Number.isInteger(value)) {
    throw invalid('an extension must be a string, a boolean or an integer', name);
  }
}

function checkContentType(contentType: unknown): void {
  if (typeof contentType !== 'string') return;
  const mediaType = mediaTypeOf(contentType) ?? '';
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(mediaType))
    throw invalid('must be a media type', 'datacontenttype');
}

function structuredData(event: Attributes): unknown {
  const { data, data_base64: encoded, datacontenttype } = event;
  if (encoded === undefined || encoded === null) return data;
  if (data !== undefined) throw invalid('must not stand beside "data"', 'data_base64');
  if (typeof encoded !== 'string') throw invalid('must be a string', 'data_base64');
  return decodeData(encoded, datacontenttype);
}

/** Data is JSON here: Base64 is taken when JSON is in it. */
function decodeData(encoded: string, contentType: unknown): unknown {
  const mediaType = mediaTypeOf(typeof contentType === 'string' ? contentType : 'application/json') ?? '';
  if (!/[/+]json$/.test(mediaType)) throw invalid('binary data cannot be taken, only JSON', 'data_base64');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) {
    throw invalid('is not Base64', 'data_base64');
  }
  try {
    return parseJsonBody(Buffer.from(encoded, 'base64'));
  } catch (error) {
    throw invalid(`does not hold JSON: ${error instanceof Error ? error.message : ''}`, 'data_base64');
  }
}

/** HTTP binding, 3.1.3.2: perhaps quoted, then percent-encoded UTF-8. */
function decodeHeader(value: string, name: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
  const text = quoted === undefined ? value : quoted.replace(/\\(.)/g, '$1');
  try {
    return decodeURIComponent(text.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    throw invalid('is not percent-encoded UTF-8', name);
  }
}
