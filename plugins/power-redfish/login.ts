import type { RedfishSettings } from './settings.ts';

export type Header = readonly [name: string, value: string];

/** How requests are authorized. */
export interface Login {
  headers(signal: AbortSignal | undefined): Promise<readonly Header[]>;
  /** After a 401 to these headers: whether others may help. */
  renew(refused: readonly Header[]): boolean;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Credentials that are the same for each request; none for what a service tells everybody. */
export function fixedLogin(headers: readonly Header[]): Login {
  return { headers: () => Promise.resolve(headers), renew: () => false, close: () => Promise.resolve() };
}

export const anonymous = fixedLogin([]);

/** By token, or by HTTP Basic authentication. */
export function directLogin({ user = '', password = '', token }: RedfishSettings): Login {
  if (token !== undefined) return fixedLogin([['x-auth-token', token]]);
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return fixedLogin([['authorization', `Basic ${credentials}`]]);
}
