import request, { type Agent } from 'supertest';
import type { TestSignalbox } from './signalbox.ts';

/** Speaks HTTP with a Signalbox as its admin. */
export function http({ url, token }: Pick<TestSignalbox, 'url' | 'token'>): Agent {
  return request.agent(url).auth(token, { type: 'bearer' });
}
