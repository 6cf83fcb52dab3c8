import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { PermanentError } from './errors.ts';

/** An address that is about to be connected to. */
export interface JudgedAddress {
  readonly address: string;
  readonly port: number;
  /** As it stands in the URL; equal to `address` for IP literals. */
  readonly hostname: string;
}

/** Why an address must not be connected to; undefined when it may. */
export type Judge = (candidate: JudgedAddress) => string | undefined;

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The same words for every denied address: they must not tell whether the host exists. */
export const deniedMessage = 'the address is not allowed by the egress policy';

/** The addresses of a host that may be connected to. Throws `PermanentError` when there are none. */
export async function allowedAddresses(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  { judge, resolve }: { readonly judge: Judge; readonly resolve: Resolve },
): Promise<readonly LookupAddress[]> {
  const family = isIP(hostname);
  const addresses = family > 0 ? [{ address: hostname, family }] : await resolve(hostname);
  const judged = addresses.map((found) => ({
    found,
    reason: judge({ address: found.address, port, hostname }),
  }));
  const allowed = judged.filter(({ reason }) => reason === undefined).map(({ found }) => found);
  if (allowed.length > 0) return allowed;
  const cause = judged.map(({ found, reason }) => `${found.address}: ${String(reason)}`).join('; ');
  throw new PermanentError(deniedMessage, { cause });
}

/** Asks the system's resolver; connections that are opened together share one question. */
export function createResolver(): Resolve {
  const pending = new Map<string, Promise<readonly LookupAddress[]>>();
  return (hostname) => {
    const known = pending.get(hostname);
    if (known) return known;
    const question = askSystem(hostname).finally(() => pending.delete(hostname));
    pending.set(hostname, question);
    return question;
  };
}

function askSystem(hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true, order: 'verbatim' }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses);
    });
  });
}
