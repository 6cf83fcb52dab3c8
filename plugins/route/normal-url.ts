/*
 * A URL may be written in many ways that mean the same, and servers take all of them. Routes are asked about one of them
 * only, and the gateway forwards that one: what no route has seen reaches no upstream.
 */

const unreserved = /[A-Za-z0-9._~-]/;

/**
 * Path and query with no more percent-encoding than is needed, its digits in upper case (RFC 3986, 6.2.2): `/%61dmin%2f`
 * becomes `/admin%2F`. A path, and a query, that is not validly encoded stays as it is.
 */
export function normalUrl(url: string): string {
  if (!url.includes('%')) return url;
  const start = url.indexOf('?');
  if (start < 0) return normal(url);
  return normal(url.slice(0, start)) + normal(url.slice(start));
}

function normal(part: string): string {
  // Parts of it could become valid together.
  if (/%(?![0-9a-f]{2})/i.test(part)) return part;
  return part.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return unreserved.test(character) ? character : encoded.toUpperCase();
  });
}
