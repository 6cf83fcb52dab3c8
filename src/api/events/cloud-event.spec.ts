import { describe, expect, it } from '@jest/globals';
import { SignalboxError } from '../../domain/errors.ts';
import { binaryEvent, isBinaryEvent, structuredEvent } from './cloud-event.ts';

const event = { specversion: '1.0', id: '1', source: '/s', type: 'vm.power_on' };
const read = { type: 'vm.power_on', source: '/s', id: '1' };
const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 'vm.power_on' };

function fieldOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'EVENT_INVALID') return error.field ?? 'the event';
    throw error;
  }
  return undefined;
}

describe('structuredEvent', () => {
  it('reads the least that an event must have', () => {
    expect(structuredEvent(event)).toEqual(read);
  });

  it('reads subject as object, time and data', () => {
    const time = '2026-03-01T12:00:00Z';
    expect(
      structuredEvent({ ...event, subject: 'gpu-01', time, data: [1], datacontenttype: 'application/json' }),
    ).toEqual({
      ...read,
      object: 'gpu-01',
      time,
      data: [1],
    });
  });

  it('leaves extension attributes and dataschema out', () => {
    const extensions = { dataschema: 'https://x/y', traceparent: '00-1', sequence: 7, sampled: true };
    expect(structuredEvent({ ...event, ...extensions })).toEqual(read);
  });

  it('takes null for an attribute that is not set, and as data', () => {
    expect(structuredEvent({ ...event, subject: null, comexampleext: null, data: null })).toEqual({
      ...read,
      data: null,
    });
  });

  it('decodes data_base64 that holds JSON', () => {
    const encoded = Buffer.from('{"ä":1}').toString('base64');
    expect(structuredEvent({ ...event, data_base64: encoded })).toEqual({ ...read, data: { ä: 1 } });
    expect(
      structuredEvent({
        ...event,
        data_base64: encoded,
        datacontenttype: 'application/vnd.x+json; charset=utf-8',
      }),
    ).toEqual({ ...read, data: { ä: 1 } });
  });

  it.each([
    ['no object', 'event', 'the event'],
    ['an array', [event], 'the event'],
    ['no specversion', { ...event, specversion: undefined }, 'specversion'],
    ['version 0.3', { ...event, specversion: '0.3' }, 'specversion'],
    ['version 1.0 as a number', { ...event, specversion: 1.0 }, 'specversion'],
    ['no id', { ...event, id: undefined }, 'id'],
    ['an empty id', { ...event, id: '' }, 'id'],
    ['a number as id', { ...event, id: 7 }, 'id'],
    ['no source', { ...event, source: null }, 'source'],
    ['no type', { ...event, type: undefined }, 'type'],
    ['an empty subject', { ...event, subject: '' }, 'subject'],
    ['a number as time', { ...event, time: 1 }, 'time'],
    ['a content type that is none', { ...event, datacontenttype: 'json' }, 'datacontenttype'],
    ['an attribute in capitals', { ...event, Data: 1 }, 'Data'],
    ['an attribute with a dash', { ...event, 'my-ext': 'x' }, 'my-ext'],
    ['an object as extension', { ...event, dta: {} }, 'dta'],
    ['a fraction as extension', { ...event, ext: 1.5 }, 'ext'],
    ['data twice', { ...event, data: 1, data_base64: 'MQ==' }, 'data_base64'],
    ['data_base64 that is no string', { ...event, data_base64: 1 }, 'data_base64'],
    ['data_base64 that is no Base64', { ...event, data_base64: 'a?' }, 'data_base64'],
    ['data_base64 that holds no JSON', { ...event, data_base64: 'eA==' }, 'data_base64'],
    [
      'data_base64 of an image',
      { ...event, data_base64: 'MQ==', datacontenttype: 'image/png' },
      'data_base64',
    ],
    [
      'data_base64 that is nested too deeply',
      { ...event, data_base64: Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`).toString('base64') },
      'data_base64',
    ],
  ])('refuses an event with %s', (_what, value, field) => {
    expect(fieldOf(() => structuredEvent(value))).toBe(field);
  });
});

describe('binaryEvent', () => {
  it('reads attributes from ce- headers and data from the body', () => {
    expect(binaryEvent({ ...headers, 'ce-subject': 'gpu-01', host: 'x' }, { a: 1 })).toEqual({
      ...read,
      object: 'gpu-01',
      data: { a: 1 },
    });
    expect(binaryEvent(headers, undefined)).toEqual(read);
  });

  it('decodes header values: percent-encoded, perhaps quoted', () => {
    const subject = (value: string): string | undefined =>
      binaryEvent({ ...headers, 'ce-subject': value }, 1).object;
    expect(subject('Euro%20%E2%82%AC%20%F0%9F%98%80')).toBe('Euro € 😀');
    expect(subject('"a \\"b\\" \\\\ c%20d"')).toBe('a "b" \\ c d');
    expect(subject('100% done')).toBe('100% done');
  });

  it('refuses what is not percent-encoded UTF-8, a missing attribute and another version', () => {
    expect(fieldOf(() => binaryEvent({ ...headers, 'ce-subject': '%FF' }, 1))).toBe('ce-subject');
    expect(fieldOf(() => binaryEvent({ 'ce-specversion': '1.0', 'ce-id': '1' }, 1))).toBe('source');
    expect(fieldOf(() => binaryEvent({ ...headers, 'ce-specversion': '2.0' }, 1))).toBe('specversion');
    expect(fieldOf(() => binaryEvent({ ...headers, 'ce-my-ext': '1' }, 1))).toBe('my-ext');
  });

  it('is told by its headers', () => {
    expect(isBinaryEvent(headers)).toBe(true);
    expect(isBinaryEvent({ 'content-type': 'application/json' })).toBe(false);
  });
});
