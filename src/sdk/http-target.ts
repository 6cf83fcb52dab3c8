import { PermanentError } from './errors.ts';

/** The parts of a URL that a request needs. */
export interface HttpTarget {
  /** `https://hooks.example.com:8443` */
  readonly origin: string;
  /** As the URL has it: lower case, IPv6 in brackets. */
  readonly hostname: string;
  readonly port: number;
  /** `hooks.example.com:8443`, the port always there. */
  readonly address: string;
  /** Path and query. */
  readonly path: string;
}

/** Takes a URL apart; throws `PermanentError` when it cannot be used. */
export function parseTarget(text: string): HttpTarget {
  const url = URL.parse(text);
  if (!url) throw new PermanentError('the URL cannot be parsed');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new PermanentError(`the URL must begin with http:// or https://, not ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new PermanentError('the URL must not contain user info (user:password@)');
  }
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const { origin, hostname, pathname, search } = url;
  return { origin, hostname, port: Number(port), address: `${hostname}:${port}`, path: pathname + search };
}
