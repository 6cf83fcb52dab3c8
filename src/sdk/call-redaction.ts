/*
 * What of a call must not be kept: whatever lets its reader act as somebody else. Nothing here imports anything, so
 * that the middleware, which runs in other people's programs, brings nothing along.
 */

const redacted = '[redacted]';

const secretHeaders = new Set(['cookie', 'cookie2', 'set-cookie', 'set-cookie2', 'www-authenticate']);
const secretHeaderPart = new RegExp(
  [
    '(?:^|[-_])(?:o?auth|authorization|authentication)$',
    '(?:token|secret|password|passwd)s?$',
    '(?:^|[-_])(?:token|secret|password|passwd|signature|session|sessionid|credentials?|jwt)(?:$|[-_])',
    '[cx]srf|api-?_?key|access-?_?key|auth-?_?(?:key|token)',
  ].join('|'),
);

/** Headers that hold URLs. */
const urlHeaders = new Set([
  ...['location', 'content-location', 'referer', 'referrer', 'link', 'refresh'],
  ...['x-original-url', 'x-original-uri', 'x-rewrite-url', 'x-forwarded-uri'],
]);

const secretParameters = new Set([
  ...[
    'key',
    'token',
    'secret',
    'password',
    'passwd',
    'pwd',
    'pass',
    'pin',
    'otp',
    'jwt',
    'auth',
    'authorization',
  ],
  ...['code', 'code_verifier', 'assertion', 'samlresponse', 'samlrequest', 'ticket'],
  ...[
    'sig',
    'signature',
    'hmac',
    'credential',
    'credentials',
    'session',
    'sessionid',
    'sid',
    'jsessionid',
    'phpsessid',
  ],
]);
const secretParameterPart =
  /(?:^|[-_.[])(?:token|secret|password|passwd|signature|credential|session_?id|jwt)(?:$|[-_.\]])|(?:token|secret|password|signature)$|api[-_]?key|access[-_]?key|private[-_]?key/;

/** Header values as Node gives them. */
export type RawHeaders = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Names in lower case, repeated headers joined by ", ", credentials replaced by "[redacted]". */
export function redactHeaders(headers: RawHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    // A name that reaches a prototype is nobody's header.
    if (value === undefined || lower === '__proto__' || lower === 'constructor') continue;
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    kept[lower] = isSecretHeader(lower) ? redacted : redactHeaderUrls(lower, text);
  }
  return kept;
}

/** Whether a header carries credentials by its nature. */
export function isSecretHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return secretHeaders.has(lower) || secretHeaderPart.test(lower);
}

/** The value of a header; where it is a URL, the secrets in that are replaced as by `redactUrl`. */
export function redactHeaderUrls(name: string, value: string): string {
  const lower = name.toLowerCase();
  if (!urlHeaders.has(lower)) return value;
  if (lower !== 'link') return redactUrl(value);
  return value.replace(/<([^<>]*)>/g, (_, url: string) => `<${redactUrl(url)}>`);
}

/**
 * A URL, or its path and query, with the values of secret parameters replaced by "[redacted]", in query, fragment and path
 * (`;jsessionid=`), and so user info; all else stays as it is written.
 */
export function redactUrl(url: string): string {
  const start = url.search(/[?#]/);
  if (start < 0) return redactPath(url);
  const pairs = url.slice(start).split(/([&#])/);
  return redactPath(url.slice(0, start)) + pairs.map(redactPair).join('');
}

function redactPath(path: string): string {
  return path
    .replace(/:\/\/[^/@\s]*@/g, `://${redacted}@`)
    .replace(/;([^=;/]+)=[^;/]*/g, (pair, name: string) =>
      isSecretParameter(name) ? `;${name}=${redacted}` : pair,
    );
}

/** `name=value`, the name perhaps with what stands before a `?`; a value may be a URL itself. */
function redactPair(pair: string): string {
  const end = pair.indexOf('=');
  if (end < 0) return pair;
  const name = pair.slice(0, end);
  const value = pair.slice(end + 1);
  if (isSecretParameter(name.slice(name.lastIndexOf('?') + 1))) return `${name}=${redacted}`;
  return value.includes('?') ? `${name}=${redactUrl(value)}` : pair;
}

function isSecretParameter(name: string): boolean {
  const lower = decoded(name).toLowerCase();
  return secretParameters.has(lower) || secretParameterPart.test(lower);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
